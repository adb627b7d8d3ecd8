// Package demo fills a simulated mail provider with a small believable world: the mailbox of a shop whose buyers write mails.
package demo
