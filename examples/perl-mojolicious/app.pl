#!/usr/bin/env perl
use Mojolicious::Lite -signatures;

my $version = '1';

get '/' => sub ($c) {
  $c->render(text => "Hello from Mojolicious, version $version\n");
};

app->start;
