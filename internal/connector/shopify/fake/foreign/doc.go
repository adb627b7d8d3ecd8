// Package foreign holds the simulated platform and the connector to what Shopify itself publishes: the Admin API's schema of 2026-10
// (from @shopify/dev-mcp) checks every document the connector sends, and @shopify/shopify-api checks the signatures of the simulated
// webhooks and talks to the simulated API with its own client.
//
// It holds tests only. They need Node and the packages of package-lock.json: `npm ci` in this folder installs them.
package foreign
