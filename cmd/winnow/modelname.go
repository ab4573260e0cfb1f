package main

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"winnow/classifier"
	"winnow/handlers/promotion"
)

// modelFlags name a model: for commands that need one.
func modelFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "model", Usage: "model `FILE`; starter: the built-in model; live: the one that the server scores with; or a version in the database"},
		databaseFlag(),
	}
}

// readModel returns the model of --model.
func readModel(ctx context.Context, c *cli.Command) (*classifier.Model, error) {
	name := c.String("model")
	if name == "" {
		return nil, usagef(c, "--model is missing")
	}
	return namedModel(ctx, c, name)
}

// namedModel returns the model that a name stands for: starter, live, a file, or a
// version in the database. It opens the database only if it must.
func namedModel(ctx context.Context, c *cli.Command, name string) (*classifier.Model, error) {
	if name == "starter" {
		return classifier.Starter()
	}
	if name != "live" {
		m, err := classifier.ReadFile(name)
		if !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(name, "w1-") {
			return m, err
		}
	}
	db, err := openDatabase(ctx, c)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	comparer := promotion.New(db, time.Now)
	if name == "live" {
		return liveModel(ctx, db, comparer)
	}
	return comparer.Load(ctx, name)
}
