package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"

	"github.com/urfave/cli/v3"

	"winnow/handlers"
	"winnow/handlers/node/trainworker"
)

// trainWorkerCommand is for serve, which starts it to train a model.
func trainWorkerCommand() *cli.Command {
	return &cli.Command{
		Name: trainworker.Command, Usage: "train a model for a server, on the labels of standard input", Hidden: true,
		Action: func(ctx context.Context, c *cli.Command) error {
			if _, err := arguments(c); err != nil {
				return err
			}
			return trainworker.Main(ctx, c.Root().Reader, c.Root().Writer)
		},
	}
}

// readTraining reads the flags about training in the server.
func readTraining(c *cli.Command, cfg *handlers.Config) error {
	program, err := ownProgram()
	if err != nil {
		return err
	}
	cfg.Training.Command = []string{program, trainworker.Command}
	if cfg.Training.After = c.Int("train-after"); cfg.Training.After < 0 {
		return usagef(c, "--train-after must not be negative")
	}
	if at := c.String("train-at"); at != "" {
		hour, err := strconv.Atoi(at)
		if err != nil || hour < 0 || hour > 23 {
			return usagef(c, "--train-at must be an hour from 0 to 23")
		}
		cfg.Training.At = &hour
	}
	if cfg.Training.AutoPromote = c.Bool("auto-promote"); cfg.Training.AutoPromote && cfg.Training.After == 0 && cfg.Training.At == nil {
		return usagef(c, "--auto-promote needs --train-after or --train-at: only models that the server trains by itself are promoted by itself")
	}
	return nil
}

// ownProgram returns a path to the program that runs.
func ownProgram() (string, error) {
	if runtime.GOOS == "linux" {
		// Also right when the file has been replaced by another release meanwhile.
		const self = "/proc/self/exe"
		if _, err := os.Stat(self); err == nil {
			return self, nil
		}
	}
	program, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find the program for training: %w", err)
	}
	return program, nil
}
