<?php
namespace Hello;

final class Greeter
{
    private const VERSION = '1';

    public function greet(string $who): string
    {
        $number = (new \NumberFormatter('en', \NumberFormatter::SPELLOUT))->format(1);
        return "Hello from $who, version " . self::VERSION . ", page $number";
    }
}
