<?php
require __DIR__ . '/../vendor/autoload.php';

use Hello\Greeter;

header('Content-Type: text/plain');
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
echo (new Greeter())->greet($path === '/' ? 'Composer' : trim($path, '/')), "\n";
