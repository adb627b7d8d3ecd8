// Package fake is a simulated Shopify: one http.Handler that answers the Admin GraphQL API (2026-10) and the older call for files of
// dispute evidence, keeps shops, orders, returns and disputes in memory, runs the due dates of disputes, and sends signed webhooks.
//
// It shares no code with the connector. Documents are read, checked and coerced by gqlparser against schema.graphql, the part of the
// published schema that is simulated; what is not in it is refused as the platform refuses unknown fields. Programs made for the real
// platform work against it unchanged but for the address (package foreign runs some).
//
//	platform := fake.New(fake.Options{Now: now})
//	shop := platform.AddShop(fake.ShopSpec{Name: "Casa Norte", Domain: "casa-norte", Country: "ES", Currency: "EUR"})
//	order := shop.PlaceOrder(fake.OrderSpec{...})
//	shop.RequestReturn(order, fake.ReturnSpec{...}); shop.OpenDispute(order, fake.DisputeSpec{...})
//
// Calls: POST /admin/api/VERSION/graphql.json and POST /admin/api/VERSION/shopify_payments/disputes/ID/dispute_file_uploads.json, with
// X-Shopify-Access-Token, which also says whose shop is meant.
//
// # Points
//
// An object costs one point, a connection two and its nodes as often as asked for, a mutation ten; 1,000 is the most one call may cost. Each shop
// has a bucket of 2,000 that refills by 100 a second. An empty bucket is answered with THROTTLED inside a 200. The platform publishes the
// limits; how it counts inside a query is simplified here.
//
// # Clocks
//
// Every call and script first lets happen what was due until then: at its due date a dispute's evidence is handed in as it stands, and
// seventy-five days later the bank decides (for the customer, unless the script says otherwise). The platform publishes the first; the
// length of the second is made up.
//
// # Idempotency
//
// refundCreate demands @idempotent(key:). The same key gives the first result again without a second refund; the same key with other
// variables is refused.
package fake
