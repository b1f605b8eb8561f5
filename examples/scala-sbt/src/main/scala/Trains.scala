package trains

object Trains extends cask.MainRoutes {
  val version = "1"

  override def host: String = "0.0.0.0"
  override def port: Int = 8081

  @cask.get("/")
  def index(): String = s"Hello from Scala, version $version"

  initialize()
}
