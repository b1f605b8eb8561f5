class GreetingsController < ApplicationController
  VERSION = "1"

  def show
    @version = VERSION
  end
end
