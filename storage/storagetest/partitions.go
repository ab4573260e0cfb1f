package storagetest

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"testing"
)

// SiteTables have a row for each record of a site, and are what a store is split into. Not
// among them are events, which have one order for all sites, and audit, which is split by its
// chains.
var SiteTables = strings.Fields(`comments decisions escalations revisions skips flags hidden_replies second_looks labels
	shadow_differences campaigns campaign_members bans ban_marks article_merges articles authors standings idempotency arrivals
	judgements agreements histograms traffic_days training_sample hourly site_counts search_docs search_blocks search_cursors
	search_stale search_queue shadow_sites drift_notices akismet_checks akismet_months appeals nudges webhooks webhook_deliveries
	notice_states notice_failures mail_subscriptions mail_items outgoing_messages opinions opinion_budgets opinion_bins`)

// Partitions is how many partitions each of SiteTables has in PartitionedPostgresURL.
const Partitions = 4

// partitioned is the database that the others are copied from.
var partitioned struct {
	once sync.Once
	name string
	err  error
}

// PartitionedPostgresURL returns the address of a migrated database without records, whose
// SiteTables are split by a hash of the site. The partitions of a table are named after it:
// comments_part0 and so on.
func PartitionedPostgresURL(t testing.TB) string {
	t.Helper()
	partitioned.once.Do(func() {
		partitioned.name = copyPostgres(t, "template1")
		url := server.url(partitioned.name)
		if partitioned.err = migrate(url); partitioned.err == nil {
			partitioned.err = partition(t.Context(), url)
		}
	})
	if partitioned.err != nil {
		t.Fatal(partitioned.err)
	}
	return server.url(newPostgres(t, partitioned.name))
}

// partition puts partitioned tables in the places of empty ones.
func partition(ctx context.Context, url string) error {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return err
	}
	defer db.Close()
	var script strings.Builder
	for _, table := range SiteTables {
		fmt.Fprintf(&script, "ALTER TABLE %[1]s RENAME TO %[1]s_whole; CREATE TABLE %[1]s (LIKE %[1]s_whole INCLUDING ALL) PARTITION BY HASH (site);\n", table)
		for n := range Partitions {
			fmt.Fprintf(&script, "CREATE TABLE %[1]s_part%[2]d PARTITION OF %[1]s FOR VALUES WITH (MODULUS %[3]d, REMAINDER %[2]d);\n", table, n, Partitions)
		}
	}
	keys, err := foreignKeys(ctx, db)
	if err != nil {
		return err
	}
	script.WriteString(keys)
	for _, table := range SiteTables {
		fmt.Fprintf(&script, "DROP TABLE %s_whole CASCADE;\n", table)
	}
	if _, err := db.ExecContext(ctx, script.String()); err != nil {
		return fmt.Errorf("split the tables by site: %w", err)
	}
	return nil
}

// foreignKeys returns statements that add the foreign keys of SiteTables, which are not
// copied with the columns.
func foreignKeys(ctx context.Context, db *sql.DB) (script string, err error) {
	found, err := db.QueryContext(ctx, `SELECT 'ALTER TABLE ' || conrelid::regclass || ' ADD ' || pg_get_constraintdef(oid) || ';'
		FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text = ANY($1)`, SiteTables)
	if err != nil {
		return "", err
	}
	defer found.Close()
	for found.Next() {
		var key string
		if err := found.Scan(&key); err != nil {
			return "", err
		}
		script += key + "\n"
	}
	return script, found.Err()
}
