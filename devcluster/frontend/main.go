// Command frontend is BuildKit's own Dockerfile frontend, for the image that `# syntax=` lines name.
package main

import (
	"github.com/moby/buildkit/frontend/dockerfile/builder"
	"github.com/moby/buildkit/frontend/gateway/grpcclient"
	"github.com/moby/buildkit/util/appcontext"
	"github.com/moby/buildkit/util/bklog"
	_ "github.com/moby/buildkit/util/grpcutil/encoding/proto"
)

func main() {
	if err := grpcclient.RunFromEnvironment(appcontext.Context(), builder.Build); err != nil {
		bklog.L.Fatalf("the Dockerfile frontend failed: %+v", err)
	}
}
