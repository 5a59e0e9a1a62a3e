package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"github.com/pulumi/pulumi/sdk/v3/go/common/version"
	"github.com/pulumi/pulumi/sdk/v3/nodejs/npm"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

// GetPluginInfo tells this host's version, which is the CLI's.
func (h *languageHost) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version.Version}, nil
}

// GetRequiredPackages names no plugins in advance: the engine asks for each when a program first uses it.
func (h *languageHost) GetRequiredPackages(
	context.Context, *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	return &pulumirpc.GetRequiredPackagesResponse{}, nil
}

// InstallDependencies runs the project's package manager (pulumi install).
func (h *languageHost) InstallDependencies(
	req *pulumirpc.InstallDependenciesRequest, stream grpc.ServerStreamingServer[pulumirpc.InstallDependenciesResponse],
) error {
	closer, stdout, stderr, err := rpcutil.MakeInstallDependenciesStreams(stream, req.IsTerminal)
	if err != nil {
		return err
	}
	defer closer.Close()
	opts, err := parseOptions(req.Info.Options)
	if err != nil {
		return err
	}
	root, err := npm.FindWorkspaceRoot(req.Info.ProgramDirectory)
	if errors.Is(err, npm.ErrNotInWorkspace) {
		root = req.Info.ProgramDirectory
	} else if err != nil {
		return fmt.Errorf("can't find the workspace's root: %w", err)
	}
	fmt.Fprintln(stdout, "Installing dependencies...")
	manager, err := npm.Install(stream.Context(), opts.packageManager, root, opts.production, stdout, stderr)
	if err != nil {
		return fmt.Errorf("%s install failed: %w", manager, err)
	}
	fmt.Fprintln(stdout, "Finished installing dependencies")
	return closer.Close()
}

// About describes Node.js and the package manager (pulumi about).
func (h *languageHost) About(ctx context.Context, req *pulumirpc.AboutRequest) (*pulumirpc.AboutResponse, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, err
	}
	out, err := exec.CommandContext(ctx, node, "--version").Output()
	if err != nil {
		return nil, err
	}
	about := &pulumirpc.AboutResponse{Executable: node, Version: strings.TrimSpace(string(out))}
	if manager, err := packageManager(req.Info); err == nil {
		about.Metadata = map[string]string{"packagemanager": manager.Name()}
		if v, err := manager.Version(); err == nil {
			about.Metadata["packagemanagerVersion"] = v.String()
		}
	}
	return about, nil
}

// GetProgramDependencies lists the npm packages that a program uses (pulumi about).
func (h *languageHost) GetProgramDependencies(
	ctx context.Context, req *pulumirpc.GetProgramDependenciesRequest,
) (*pulumirpc.GetProgramDependenciesResponse, error) {
	manager, err := packageManager(req.Info)
	if err != nil {
		return nil, err
	}
	packages, err := manager.ListPackages(ctx, req.Info.ProgramDirectory, req.TransitiveDependencies)
	if err != nil {
		return nil, err
	}
	response := &pulumirpc.GetProgramDependenciesResponse{}
	for _, p := range packages {
		response.Dependencies = append(response.Dependencies, &pulumirpc.DependencyInfo{Name: p.Name, Version: p.Version})
	}
	return response, nil
}

func packageManager(info *pulumirpc.ProgramInfo) (npm.PackageManager, error) {
	opts, err := parseOptions(info.GetOptions())
	if err != nil {
		return nil, err
	}
	return npm.ResolvePackageManager(opts.packageManager, info.GetProgramDirectory())
}
