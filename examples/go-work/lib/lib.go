package lib

const version = "1"

// Greeting is what the service says.
func Greeting() string {
	return "Hello from a Go workspace, version " + version
}
