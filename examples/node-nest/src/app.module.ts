import { Controller, Get, Module } from '@nestjs/common';

const VERSION = "1";

@Controller()
class AppController {
  @Get()
  hello(): string {
    return `Hello from Nest, version ${VERSION}\n`;
  }
}

@Module({ controllers: [AppController] })
export class AppModule {}
