// Package demo fills a simulated Taobao with a believable small world: two shops of one company, with refunds in every stage.
package demo
