<?php
const VERSION = '1';

function greet(string $who): string
{
    return "Hello from $who, version " . VERSION;
}
