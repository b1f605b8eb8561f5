package greeting

const version = "1"

// Text is what the shop says to everyone.
func Text() string {
	return "Hello from the Go shop, version " + version
}
