export function greet(whom) {
  return `Hello from ${whom}\n`;
}
