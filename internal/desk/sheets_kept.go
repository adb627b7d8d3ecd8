package desk

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"

	"parley/internal/fault"
	"parley/internal/store"
)

// KeepSheet keeps a file between the page that shows it and the page that reads it in, for two hours at most. It gives the name under
// which KeptSheet finds it.
func (d *Desk) KeepSheet(ctx context.Context, who Who, storeID int64, name string, content io.Reader) (string, error) {
	data, err := io.ReadAll(io.LimitReader(content, maxSheetSize+1))
	if err != nil {
		return "", err
	}
	if _, err := d.sheetStore(ctx, who, storeID, SheetFile{Name: name, Size: int64(len(data))}); err != nil {
		return "", err
	}
	id, now := rand.Text(), d.Now()
	return id, d.DB.Write(ctx, func(tx *store.Tx) error {
		return tx.AddSheetUpload(store.SheetUpload{ID: id, StoreID: storeID, MemberID: who.MemberID, Name: cleanName(name), Content: data, At: now}, now.Add(-uploadWaits))
	})
}

// KeptSheet gives a kept file to the member who brought it.
func (d *Desk) KeptSheet(ctx context.Context, who Who, storeID int64, id string) (SheetFile, error) {
	u, err := d.DB.SheetUpload(ctx, id)
	if fault.Is(err, fault.NotFound) || (err == nil && (u.StoreID != storeID || u.MemberID != who.MemberID || u.At.Before(d.Now().Add(-uploadWaits)))) {
		return SheetFile{}, fault.New(fault.NotFound, "fault.sheet.upload_gone")
	}
	return SheetFile{Name: u.Name, Content: bytes.NewReader(u.Content), Size: int64(len(u.Content))}, err
}

// DropSheet forgets a kept file.
func (d *Desk) DropSheet(ctx context.Context, who Who, storeID int64, id string) error {
	if _, err := d.KeptSheet(ctx, who, storeID, id); err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error { return tx.DropSheetUpload(id) })
}
