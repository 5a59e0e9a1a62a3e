@echo off
rem Starts the provider of dynamic resources from the @pulumi/pulumi that the program's folder resolves.
setlocal
for /f "delims=" %%i in ('node -p "require.resolve('@pulumi/pulumi/cmd/dynamic-provider')"') do set "script=%%i"
if not defined script exit /b 1
node "%script%" %*
