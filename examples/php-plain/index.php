<?php
require __DIR__ . '/greeting.php';

header('Content-Type: text/plain');
echo greet('plain PHP'), "\n";
