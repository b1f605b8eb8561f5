// Command agent runs an app in its container, and renews it from afar; see PROTOCOL.md.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

const usage = `usage:
  agent run -- COMMAND...   run the command as the app of this container
  agent attach              talk to the agent of this container
  agent dial                connect to a port of this container
  agent version
`

const (
	exitUsage         = 2
	exitNotExecutable = 126
	exitCannotRun     = 127
	exitNoAgent       = 127
)

func main() {
	arguments := os.Args[1:]
	switch {
	case len(arguments) > 2 && arguments[0] == "run" && arguments[1] == "--":
		os.Exit(runApp(home(), arguments[2:]))
	case len(arguments) == 1 && arguments[0] == "attach":
		os.Exit(attach(home(), os.Stdin, os.Stdout))
	case len(arguments) == 1 && arguments[0] == "dial":
		os.Exit(dial(os.Stdin, os.Stdout))
	case len(arguments) == 1 && arguments[0] == "version":
		os.Stdout.Write(versionLine())
	default:
		fmt.Fprint(os.Stderr, usage)
		os.Exit(exitUsage)
	}
}

// home is where the agent and what belongs to it lies: /.draftpy in an image.
func home() string {
	program, err := os.Executable()
	if err != nil {
		return "/.draftpy"
	}
	return filepath.Dir(program)
}

// say writes the agent's own words between the app's: seldom, and one line.
func say(line string) {
	fmt.Fprintln(os.Stderr, "draftpy-agent: "+line)
}
