<!doctype html>
<title>Hello</title>
@vite('resources/css/app.css')
<p>Hello from Laravel, version {{ $version }}</p>
