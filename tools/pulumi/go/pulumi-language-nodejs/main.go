// Command pulumi-language-nodejs is a small Node.js language host: the process that the Pulumi CLI starts to run programs,
// policy packs and plugins written in JavaScript or TypeScript.
//
// It exists because the official one is not served by the Go module proxy. It behaves alike, with the same project options,
// but has no debugger, no code generation, no Bun and no synchronous invokes of long outdated SDKs.
//
// The CLI starts it with its own address as last argument and reads a port number from the first line of stdout.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// How often to ask whether the CLI still lives. It can be killed without a chance to tell its children.
const healthcheckInterval = 3 * time.Second

func main() {
	tracing := flag.String("tracing", "", "a Zipkin-compatible endpoint, passed on to the program")
	flag.Parse()
	if err := serve(flag.Arg(0), *tracing); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-language-nodejs:", err)
		os.Exit(1)
	}
}

// serve answers the CLI until a signal arrives or the CLI is gone, then ends what it has started.
func serve(engine, tracing string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if engine != "" {
		if err := rpcutil.Healthcheck(ctx, engine, healthcheckInterval, stop); err != nil {
			return fmt.Errorf("can't watch the Pulumi CLI at %s: %w", engine, err)
		}
	}

	host := newLanguageHost(ctx, engine, tracing)
	cancel := make(chan bool)
	server, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: cancel,
		Init: func(s *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(s, host)
			return nil
		},
		Options: rpcutil.TracingServerInterceptorOptions(nil),
	})
	if err != nil {
		return fmt.Errorf("can't start the server: %w", err)
	}
	fmt.Println(server.Port)

	select {
	case err = <-server.Done:
		return err
	case <-ctx.Done():
		// A stopping server waits for running requests; these end with the processes they wait for.
		host.cancel()
		close(cancel)
		return <-server.Done
	}
}
