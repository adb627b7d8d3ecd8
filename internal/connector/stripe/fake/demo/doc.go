// Package demo fills a simulated Stripe with a small believable world: the own web shops of the demo's companies, with disputes in all
// stages, inquiries and early fraud warnings. The order 1042 of the Spanish company's Shopify shop was paid here and is disputed.
package demo
