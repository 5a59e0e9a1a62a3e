package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/shlex"
	"github.com/pulumi/pulumi/sdk/v3/nodejs/npm"
	"google.golang.org/protobuf/types/known/structpb"
)

var packageManagers = []string{"auto", "npm", "yarn", "pnpm", "bun"}

// options are what a project says under runtime.options in Pulumi.yaml.
type options struct {
	typescript     bool
	tsconfig       string
	nodeArgs       []string
	packageManager npm.PackageManagerType
	production     bool
}

// parseOptions checks names that we know; others, as in the official host, are ignored.
func parseOptions(given *structpb.Struct) (options, error) {
	opts := options{typescript: true, packageManager: npm.AutoPackageManager}
	for name, value := range given.AsMap() {
		text, isText := value.(string)
		yes, isBool := value.(bool)
		switch name {
		case "typescript", "production":
			if !isBool {
				return opts, fmt.Errorf("runtime option %s must be true or false, not %v", name, value)
			}
			if name == "typescript" {
				opts.typescript = yes
			} else {
				opts.production = yes
			}
		case "tsconfig", "nodeargs", "packagemanager":
			if !isText {
				return opts, fmt.Errorf("runtime option %s must be a string, not %v", name, value)
			}
			switch name {
			case "tsconfig":
				opts.tsconfig = text
			case "nodeargs":
				args, err := shlex.Split(text)
				if err != nil {
					return opts, fmt.Errorf("runtime option nodeargs: %w", err)
				}
				opts.nodeArgs = args
			case "packagemanager":
				if !slices.Contains(packageManagers, text) {
					return opts, fmt.Errorf("runtime option packagemanager must be one of %s, not %q",
						strings.Join(packageManagers, ", "), text)
				}
				opts.packageManager = npm.PackageManagerType(text)
			}
		}
	}
	return opts, nil
}

// env tells @pulumi/pulumi/cmd/run whether, and with which tsconfig.json, it is to compile TypeScript.
func (o options) env() []string {
	var env []string
	if o.typescript {
		env = append(env, "PULUMI_NODEJS_TYPESCRIPT=true")
	}
	if o.tsconfig != "" {
		env = append(env, "PULUMI_NODEJS_TSCONFIG_PATH="+o.tsconfig)
	}
	return env
}
