// Package demo fills a simulated AliExpress with a believable two months of two companies: eight shops, some fifty open
// disputes in every stage and for every reason the platform knows, about 150 ended ones, parcels, pictures, messages in
// twelve languages and quiet orders beside them.
//
// Everything is data in the YAML files of this folder and always the same; only the instants are counted from the moment
// of filling. The past is played through the platform's own clocks: what lapsed, was ruled or paid did so by its rules.
// Buyers go on by themselves (their tempers are in people.yaml): they accept, ask again, call the platform, give in or
// send goods back within hours to days of the platform's time.
//
//	platform := fake.New(fake.Options{Now: now})
//	world, err := demo.Fill(platform, now())
package demo
