package delivery_test

import (
	"log/slog"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/weftql/weft/subgraphs/postgres"
	userspostgres "github.com/weftql/weft/subgraphs/users/postgres"
	"github.com/weftql/weft/workers/internal/delivery"
	"github.com/weftql/weft/workers/internal/mail"
	"github.com/weftql/weft/workers/internal/mail/mailtest"
)

// BenchmarkDeliver is a mail from its claim to its note: two statements, and a talk
// with a server on this machine.
func BenchmarkDeliver(b *testing.B) {
	pool, err := postgres.Open(b.Context(), postgres.Config{URL: databases.Database(b), Name: "bench"})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	server := mailtest.Start(b, nil)
	sender, err := mail.NewSender(mail.Config{URL: "smtp://" + server.Address, From: "Weft <no-reply@weft.test>"})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(sender.Close)
	d, err := delivery.New(delivery.Config{}, delivery.Deps{Sender: sender, Store: userspostgres.NewDeliveries(pool), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetParallelism(5) // ten on two processors, as one queue has
	var n atomic.Int64
	b.RunParallel(func(loop *testing.PB) {
		for loop.Next() {
			m := mailTo("ann", delivery.AtLeastOnce)
			m.Key = "bench/" + strconv.FormatInt(n.Add(1), 10)
			if err := d.Deliver(b.Context(), job, m); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
	if _, mails := server.Counts(); mails != b.N {
		b.Errorf("%d mails of %d", mails, b.N)
	}
}
