<?php

namespace App\Http\Controllers;

class GreetingController
{
    private const VERSION = '1';

    public function __invoke()
    {
        return view('hello', ['version' => self::VERSION]);
    }
}
