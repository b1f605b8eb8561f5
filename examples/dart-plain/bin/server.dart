import 'dart:io';

const version = '1';

Future<void> main() async {
  final port = int.parse(Platform.environment['PORT'] ?? '8080');
  final server = await HttpServer.bind(InternetAddress.anyIPv4, port);
  ProcessSignal.sigterm.watch().listen((_) => exit(0));
  print('listening on $port');
  await for (final request in server) {
    request.response.writeln('Hello from Dart, version $version');
    await request.response.close();
  }
}
