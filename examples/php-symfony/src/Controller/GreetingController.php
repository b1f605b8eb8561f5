<?php

namespace App\Controller;

use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\Routing\Attribute\Route;

final class GreetingController
{
    private const VERSION = '1';

    #[Route('/')]
    public function __invoke(): Response
    {
        return new Response('Hello from Symfony, version '.self::VERSION."\n");
    }
}
