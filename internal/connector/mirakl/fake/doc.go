// Package fake is a simulated Mirakl: the seller API ("shop API") of one operator's marketplace as an http.Handler that keeps shops,
// orders, incidents, threads, returns and documents in memory.
//
// It shares nothing with the connector: paths, parameters, bodies and answers follow the published seller specification, and callers
// are held to it: an unknown parameter or member, a missing recipient, a reason of the wrong type is refused (Options.Lenient lets
// pass what is unknown). What the documentation is silent about (bodies of errors) has the one form that was seen: a "message".
//
//	platform := fake.New(fake.Options{Now: now})
//	shop := platform.AddShop(fake.ShopSpec{Name: "Casa Norte"})   // shop.Key is the API key: the header Authorization, without a scheme
//	server := httptest.NewServer(platform)
//	order := shop.PlaceOrder(fake.OrderSpec{...})
//	order.Ship("CORREOS", "Correos", "PQ1")
//	order.OpenIncident(0, "1")
//
// # What it does by itself
//
// A full refund makes the line REFUNDED and ends its incident. A refund waits for the payment provider for an hour. A message of the
// shop settles shop_reply_needed_since, one of customer or operator starts it. A line whose incident ends goes back to the state the
// incident interrupted. Refunds above the payable balance (Shop.Balance) are refused. A customer with a Temper goes on with what he began
// (temper.go), and so does the operator with a return that nobody looks after; Sight tells onlookers how it stands (sight.go).
//
// # Scenario file
//
// Main reads a YAML file; without one it shows an example shop:
//
//	operator: Example marketplace
//	shops:
//	  - name: Casa Norte
//	    key: "fake-key-1"          # made up, but always the same, when missing
//	    orders:
//	      - commercial: F0001001
//	        customer: {id: C1, first: Ana, last: Souza, country: ESP, city: Sevilla, locale: es_ES}
//	        placed_days_ago: 9
//	        shipped_days_ago: 8    # missing: not sent yet
//	        delivered_days_ago: 4
//	        lines: [{title: Lámpara, sku: L1, price: 39.90, shipping: 3.99, quantity: 1}]
//	        incident: {reason: "1", hours_ago: 5}
//	        message: {text: "¿Dónde está?", hours_ago: 6}
//	        return: {reason: RETURN_WARRANTY, text: No carga, days_ago: 1}
package fake
