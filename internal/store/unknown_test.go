package store_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"parley/internal/fault"
	"parley/internal/store"
	"parley/internal/store/storetest"
)

func keepUnknown(t *testing.T, db *store.DB, at time.Time, messages ...store.UnknownMessage) {
	t.Helper()
	write(t, db, func(tx *store.Tx) error {
		for _, m := range messages {
			if err := tx.KeepUnknown(m, at); err != nil {
				return err
			}
		}
		return nil
	})
}

// TestMessagesNobodyKnowsAreKeptAsTheyCame, each content once, and counted.
func TestMessagesNobodyKnowsAreKeptAsTheyCame(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		at := func(m int) time.Time { return storetest.Start.Add(time.Duration(m) * time.Minute) }
		here, there := store.Place{StoreID: 1}, store.Place{TrackerID: 1}
		body := []byte("{\"a\":\"\x00\xff\"}" + strings.Repeat("x", 300))
		m := store.UnknownMessage{Place: here, Topic: "odd\x00/\xfftopic", Reason: "topic", Body: body}
		keepUnknown(t, db, at(0), m)
		keepUnknown(t, db, at(1), m, store.UnknownMessage{Place: there, Topic: "t", Reason: "content", Fault: []byte(`{"key":"k"}`)})
		topics, err := db.UnknownTopics(ctx, here)
		if err != nil || len(topics) != 1 || topics[0].Times != 2 || topics[0].Topic != "odd/\uFFFDtopic" || !topics[0].FirstAt.Equal(at(0)) || !topics[0].LastAt.Equal(at(1)) {
			t.Fatalf("%+v, %v", topics, err)
		}
		kept, err := db.UnknownMessages(ctx, here)
		if err != nil || len(kept) != 1 || kept[0].Times != 2 || kept[0].Size != int64(len(body)) {
			t.Fatalf("%+v, %v", kept, err)
		}
		if whole, err := db.UnknownMessage(ctx, kept[0].ID); err != nil || !bytes.Equal(whole.Body, body) || whole.Place != here {
			t.Errorf("%+v, %v", whole, err)
		}
		if other, err := db.UnknownMessages(ctx, there); err != nil || len(other) != 1 || string(other[0].Fault) != `{"key":"k"}` || other[0].Reason != "content" {
			t.Errorf("%+v, %v", other, err)
		}
		write(t, db, func(tx *store.Tx) error { return tx.DropUnknown([]int64{kept[0].ID}) })
		if _, err := db.UnknownMessage(ctx, kept[0].ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("it is still there: %v", err)
		}
		write(t, db, func(tx *store.Tx) error { return tx.ForgetUnknown(at(2)) })
		for _, p := range []store.Place{here, there} {
			topics, err := db.UnknownTopics(ctx, p)
			kept, err2 := db.UnknownMessages(ctx, p)
			if len(topics)+len(kept) != 0 || err != nil || err2 != nil {
				t.Errorf("%+v %+v are not forgotten, %v, %v", topics, kept, err, err2)
			}
		}
	})
}

// TestMessagesNobodyKnowsAreBounded in size, in number for each kind, and in kinds.
func TestMessagesNobodyKnowsAreBounded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		here := store.Place{StoreID: 1}
		huge := bytes.Repeat([]byte("a"), store.UnknownKept+1)
		keepUnknown(t, db, storetest.Start, store.UnknownMessage{Place: here, Topic: "huge", Body: huge})
		kept, err := db.UnknownMessages(ctx, here)
		if err != nil || len(kept) != 1 || kept[0].Size != int64(len(huge)) {
			t.Fatalf("%+v, %v", kept, err)
		}
		if whole, err := db.UnknownMessage(ctx, kept[0].ID); err != nil || len(whole.Body) != store.UnknownKept {
			t.Errorf("%d bytes are kept, %v", len(whole.Body), err)
		}
		for n := range 30 {
			keepUnknown(t, db, storetest.Start.Add(time.Duration(n)*time.Second), store.UnknownMessage{Place: here, Topic: "many", Body: fmt.Append(nil, n)})
		}
		for n := range 150 {
			keepUnknown(t, db, storetest.Start.Add(-time.Hour), store.UnknownMessage{Place: here, Topic: fmt.Sprint("kind", n), Body: fmt.Append(nil, n)})
		}
		topics, err := db.UnknownTopics(ctx, here)
		times := map[string]int64{}
		for _, k := range topics {
			times[k.Topic] = k.Times
		}
		if err != nil || len(topics) > 101 || times["many"] != 30 || times[store.OtherTopics] != 52 {
			t.Errorf("%d kinds, %v, %v", len(topics), times, err)
		}
		if kept, err = db.UnknownMessages(ctx, here); err != nil {
			t.Fatal(err)
		}
		perTopic := map[string]int{}
		for _, m := range kept {
			perTopic[m.Topic]++
		}
		newest, err := db.UnknownMessage(ctx, kept[0].ID)
		if perTopic["many"] != 20 || perTopic[store.OtherTopics] != 20 || string(newest.Body) != "29" || err != nil {
			t.Errorf("%v, the newest is %q, %v", perTopic, newest.Body, err)
		}
	})
}
