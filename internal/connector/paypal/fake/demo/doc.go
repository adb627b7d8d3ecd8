// Package demo fills a simulated PayPal with a small believable world: the accounts of the demo's two companies, with disputes in all stages,
// several due soon. Order 1043 of the Spanish company's Shopify shop was paid here and is disputed.
package demo
