// Program build rebuilds the playground's page from its sources, or checks that
// the committed page is what its sources give.
//
//	go run ./router/internal/playground/build          (part of "make generate")
//	go run ./router/internal/playground/build -check   (part of "make verify")
//
// It copies web/ into a temporary folder, installs the packages of its lockfile
// there ("npm ci", no install scripts), runs Vite, and writes the result into
// assets/ or compares it with what lies there. It leaves nothing behind. It
// exits with 1 when the page differs and when Node is missing.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/weftql/weft/router/internal/playground/bundle"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		stop()
		fmt.Fprintln(os.Stderr, "playground:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("build", flag.ContinueOnError)
	dir := flags.String("dir", "router/internal/playground", "folder that holds web/ and assets/")
	check := flags.Bool("check", false, "compare with assets/ and change nothing")
	timeout := flags.Duration("timeout", 10*time.Minute, "limit for the download of the packages and the build")
	if err := flags.Parse(args); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, *timeout)
	defer cancel()

	web, assets := filepath.Join(*dir, "web"), filepath.Join(*dir, "assets")
	files, err := build(ctx, web)
	if err != nil {
		return err
	}
	if !*check {
		if err := bundle.Write(assets, files); err != nil {
			return err
		}
		fmt.Fprintf(out, "playground: %d files written to %s\n", len(files), assets)
		return nil
	}
	differences, err := bundle.Compare(assets, files)
	if err != nil {
		return err
	}
	if len(differences) > 0 {
		for _, difference := range differences {
			fmt.Fprintln(out, difference)
		}
		return fmt.Errorf("%s is not what %s gives: run \"make generate\" and commit the result", assets, web)
	}
	fmt.Fprintf(out, "playground: %d files are what %s gives\n", len(files), web)
	return nil
}
