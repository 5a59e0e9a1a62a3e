package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	sdk "github.com/pulumi/pulumi/sdk/v3"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

const (
	// The exit code of @pulumi/pulumi/cmd/run that says: the user has seen the message already.
	exitCodeAfterMessage = 32
	// How long an interrupted process may take before it is killed.
	gracePeriod = 5 * time.Second
)

type languageHost struct {
	pulumirpc.UnimplementedLanguageRuntimeServer

	engine  string
	tracing string
	ctx     context.Context // ends with the host, or with the Cancel request; every process it starts ends with it
	cancel  context.CancelFunc
}

func newLanguageHost(ctx context.Context, engine, tracing string) *languageHost {
	ctx, cancel := context.WithCancel(ctx)
	return &languageHost{engine: engine, tracing: tracing, ctx: ctx, cancel: cancel}
}

// Run executes a program.
func (h *languageHost) Run(ctx context.Context, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	if err := h.run(ctx, req); err != nil {
		var exit *exec.ExitError
		switch {
		case h.ctx.Err() != nil:
			return &pulumirpc.RunResponse{Error: "the program was interrupted"}, nil
		case errors.As(err, &exit) && exit.ExitCode() == exitCodeAfterMessage:
			return &pulumirpc.RunResponse{Bail: true}, nil
		case errors.As(err, &exit):
			err = fmt.Errorf("the program ended early: %w", err)
		}
		return &pulumirpc.RunResponse{Error: err.Error()}, nil
	}
	return &pulumirpc.RunResponse{}, nil
}

func (h *languageHost) run(ctx context.Context, req *pulumirpc.RunRequest) error {
	if req.AttachDebugger {
		return errNoDebugger
	}
	opts, err := parseOptions(req.Info.Options)
	if err != nil {
		return err
	}
	script, err := resolve(ctx, "@pulumi/pulumi/cmd/run", req.Info.ProgramDirectory, "pulumi install")
	if err != nil {
		return err
	}
	settings, err := configAsJSON(req.Config)
	if err != nil {
		return err
	}
	secretKeys, err := json.Marshal(append([]string{}, req.ConfigSecretKeys...)) // [], never null
	if err != nil {
		return err
	}

	args := append(opts.nodeArgs, script)
	for _, flag := range [][2]string{
		{"monitor", req.MonitorAddress},
		{"engine", h.engine},
		{"organization", req.Organization},
		{"project", req.Project},
		{"root-directory", req.Info.RootDirectory},
		{"stack", req.Stack},
		{"pwd", req.Info.ProgramDirectory},
		{"parallel", strconv.Itoa(int(req.Parallel))},
		{"tracing", h.tracing},
	} {
		if flag[1] != "" {
			args = append(args, "--"+flag[0], flag[1])
		}
	}
	if req.DryRun {
		args = append(args, "--dry-run")
	}
	args = append(append(args, req.Info.EntryPoint), req.Args...)

	cmd, release := h.node(ctx, args, os.Stdout, os.Stderr)
	defer release()
	cmd.Env = append(append(os.Environ(), opts.env()...),
		"PULUMI_CONFIG="+settings, "PULUMI_CONFIG_SECRET_KEYS="+string(secretKeys))
	return cmd.Run()
}

// RunPlugin executes a policy pack, or a provider written in JavaScript or TypeScript, until the CLI ends it.
func (h *languageHost) RunPlugin(
	req *pulumirpc.RunPluginRequest, stream grpc.ServerStreamingServer[pulumirpc.RunPluginResponse],
) error {
	if req.AttachDebugger {
		return errNoDebugger
	}
	ctx := stream.Context()
	closer, stdout, stderr, err := rpcutil.MakeRunPluginStreams(stream, false)
	if err != nil {
		return err
	}
	defer closer.Close()
	opts, err := parseOptions(req.Info.Options)
	if err != nil {
		return err
	}
	directory := req.Info.ProgramDirectory
	env := append(append([]string{}, req.Env...), opts.env()...)
	install := "npm install in " + directory

	if req.Kind != string(apitype.AnalyzerPlugin) {
		script, err := resolve(ctx, "@pulumi/pulumi/cmd/run-plugin", directory, install)
		if err != nil {
			return err
		}
		args := append(append(opts.nodeArgs, script, directory), req.Args...)
		cmd, release := h.node(ctx, args, stdout, stderr)
		defer release()
		cmd.Env, cmd.Dir = env, req.Pwd
		return pluginError(cmd.Run())
	}

	// A policy pack reads stack and config from its environment, but the CLI tells them to a running pack only: a proxy of
	// the SDK takes them, and passes all else on to the pack once it runs.
	script, err := resolve(ctx, "@pulumi/pulumi/cmd/run-policy-pack", directory, install)
	if err != nil {
		return err
	}
	proxy, stdout, err := sdk.NewPolicyProxy(ctx, stdout)
	if err != nil {
		return fmt.Errorf("can't start the policy pack's proxy: %w", err)
	}
	stack, err := proxy.AwaitConfiguration(ctx)
	if err != nil {
		return fmt.Errorf("can't get the policy pack's configuration: %w", err)
	}
	stackEnv, err := policyPackEnv(stack)
	if err != nil {
		return err
	}
	args := append(append(append(opts.nodeArgs, script), req.Args...), directory)
	cmd, release := h.node(ctx, args, stdout, stderr)
	defer release()
	cmd.Env, cmd.Dir = append(env, stackEnv...), directory
	if err := cmd.Start(); err != nil {
		return err
	}
	return pluginError(proxy.Attach(ctx, cmd))
}

// Cancel interrupts what runs.
func (h *languageHost) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	h.cancel()
	return &emptypb.Empty{}, nil
}

// node prepares a Node.js process that is interrupted, and after a while killed, when the request or the host ends.
func (h *languageHost) node(ctx context.Context, args []string, stdout, stderr io.Writer) (*exec.Cmd, func()) {
	ctx, cancel := context.WithCancel(ctx)
	detach := context.AfterFunc(h.ctx, cancel)
	cmd := exec.CommandContext(ctx, "node", args...)
	cmd.Cancel = func() error {
		if cmd.Process.Signal(os.Interrupt) == nil {
			return nil
		}
		return cmd.Process.Kill() // Windows knows no interrupts
	}
	cmd.WaitDelay = gracePeriod
	// Node.js sets the files it writes to non-blocking: give it pipes, not our own stdout and stderr.
	cmd.Stdout, cmd.Stderr = struct{ io.Writer }{stdout}, struct{ io.Writer }{stderr}
	return cmd, func() { detach(); cancel() }
}

// resolve finds a module's file the way a program in the directory would find it.
func resolve(ctx context.Context, module, directory, install string) (string, error) {
	cmd := exec.CommandContext(ctx, "node", "-p", fmt.Sprintf("require.resolve(%q)", module))
	cmd.Dir = directory
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && strings.Contains(string(exit.Stderr), "MODULE_NOT_FOUND") {
		return "", fmt.Errorf("the Pulumi SDK (@pulumi/pulumi) is not installed for %s: run %s", directory, install)
	} else if errors.As(err, &exit) {
		return "", fmt.Errorf("can't find %s: %s", module, exit.Stderr)
	}
	return strings.TrimSpace(string(out)), err
}

// configAsJSON writes the config with keys as the SDK expects them: package:config:name.
func configAsJSON(settings map[string]string) (string, error) {
	named := make(map[string]string, len(settings))
	for key, value := range settings {
		k, err := config.ParseKey(key)
		if err != nil {
			return "", err
		}
		named[k.Namespace()+":config:"+k.Name()] = value
	}
	out, err := json.Marshal(named)
	return string(out), err
}

func policyPackEnv(stack *pulumirpc.AnalyzerStackConfigureRequest) ([]string, error) {
	if stack == nil {
		return nil, nil
	}
	settings, err := json.Marshal(stack.Config)
	if err != nil {
		return nil, err
	}
	return []string{
		"PULUMI_NODEJS_ORGANIZATION=" + stack.Organization,
		"PULUMI_NODEJS_PROJECT=" + stack.Project,
		"PULUMI_NODEJS_STACK=" + stack.Stack,
		"PULUMI_NODEJS_DRY_RUN=" + strconv.FormatBool(stack.DryRun),
		"PULUMI_CONFIG=" + string(settings),
	}, nil
}

func pluginError(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("the plugin's process: %w", err)
}

var errNoDebugger = errors.New("this language host can't attach a debugger: " +
	"set the runtime option nodeargs to --inspect-brk in Pulumi.yaml, or install the official Pulumi CLI")
