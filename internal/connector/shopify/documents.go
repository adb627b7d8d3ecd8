package shopify

// The documents are plain texts, so that a test can hold each of them against the schema of the Admin API (2026-10). Lists are sized so
// that no query, with lists of five records, costs more than 1,000 points, the most one may.

const moneyFields = `
fragment Money on MoneyBag { presentmentMoney { amount currencyCode } }
`

// orderFields are what every record tells of its purchase: enough to name it and to know what was paid back.
const orderFields = `
fragment Purchase on Order {
  id name updatedAt returnStatus displayFinancialStatus displayFulfillmentStatus cancelledAt processedAt
  customer { id }
  refunds(first: 5) { ...PaidBack }
}
` + refundFields

const refundFields = `
fragment PaidBack on Refund {
  id createdAt totalRefundedSet { ...Money }
  transactions(first: 2) { nodes { id kind status gateway paymentId receiptJson amountSet { ...Money } } }
}
`

const returnFields = `
fragment ReturnRecord on Return {
  __typename id name status createdAt closedAt requestApprovedAt
  decline { reason note }
  returnLineItems(first: 10) {
    nodes {
      __typename id quantity processedQuantity refundableQuantity refundedQuantity customerNote returnReasonNote
      returnReasonDefinition { handle name }
      ... on ReturnLineItem {
        withCodeDiscountedTotalPriceSet { ...Money }
        fulfillmentLineItem { lineItem { id title } }
      }
    }
  }
  order { ...Purchase }
}
`

const disputeFields = `
fragment DisputeRecord on ShopifyPaymentsDispute {
  __typename id legacyResourceId type status evidenceDueBy evidenceSentOn finalizedOn initiatedAt
  amount { amount currencyCode }
  reasonDetails { reason networkReasonCode }
  disputeEvidence {
    id submitted uncategorizedText
    disputeFileUploads { id originalFileName fileType fileSize disputeEvidenceType url }
  }
  order {
    ...Purchase
    transactions(first: 2) { kind status paymentDetails { ... on CardPaymentDetails { company } } }
  }
}
`

const fulfilmentFields = `
fragment FulfilmentRecord on FulfillmentOrder {
  __typename id status fulfillAt fulfillBy updatedAt orderName orderProcessedAt
  order { ...Purchase }
}
`

const shopDocument = `query Shop {
  shop { id name myshopifyDomain currencyCode ianaTimezone shopAddress { countryCodeV2 } }
}`

const returnRecordsDocument = `query ReturnRecords($ids: [ID!]!) { nodes(ids: $ids) { ...ReturnRecord } }` + moneyFields + orderFields + returnFields

const disputeRecordsDocument = `query DisputeRecords($ids: [ID!]!) { nodes(ids: $ids) { ...DisputeRecord } }` + moneyFields + orderFields + disputeFields

const fulfilmentRecordsDocument = `query FulfilmentRecords($ids: [ID!]!) { nodes(ids: $ids) { ...FulfilmentRecord } }` + moneyFields + orderFields + fulfilmentFields

const disputesDocument = `query Disputes($query: String!, $after: String) {
  disputes(first: 10, after: $after, query: $query) {
    pageInfo { hasNextPage endCursor }
    nodes { ...DisputeRecord }
  }
}` + moneyFields + orderFields + disputeFields

const returnsDocument = `query Returns($query: String!, $after: String) {
  orders(first: 25, after: $after, query: $query, sortKey: UPDATED_AT) {
    pageInfo { hasNextPage endCursor }
    nodes { id name updatedAt returnStatus returns(first: 10) { nodes { id status } } }
  }
}`

const fulfilmentsDocument = `query Fulfilments($after: String) {
  fulfillmentOrders(first: 100, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes { id status fulfillAt fulfillBy updatedAt orderName orderProcessedAt }
  }
}`

const purchaseFields = `
fragment WholePurchase on Order {
  ...Purchase
  createdAt currencyCode presentmentCurrencyCode customerLocale paymentGatewayNames
  totalPriceSet { ...Money }
  totalShippingPriceSet { ...Money }
  purchasingEntity { __typename }
  customer { id firstName lastName locale }
  shippingAddress { city countryCodeV2 timeZone }
  lineItems(first: 30) {
    nodes { id title variantTitle sku quantity discountedUnitPriceAfterAllDiscountsSet { ...Money } image { url } }
  }
  fulfillments(first: 5) {
    id status displayStatus createdAt inTransitAt deliveredAt estimatedDeliveryAt
    trackingInfo(first: 2) { company number url }
    events(first: 20, sortKey: HAPPENED_AT) { nodes { status happenedAt city province country message } }
  }
  fulfillmentOrders(first: 3) { nodes { status fulfillBy } }
  transactions(first: 10) {
    id kind status gateway paymentId authorizationCode receiptJson
    amountSet { ...Money }
    maximumRefundableV2 { amount currencyCode }
    paymentDetails { ... on CardPaymentDetails { company } }
  }
}
`

const purchaseDocument = `query Purchase($id: ID!) {
  node(id: $id) {
    ... on Order { ...WholePurchase }
    ... on Return { ofReturn: order { ...WholePurchase } }
    ... on ShopifyPaymentsDispute { ofDispute: order { ...WholePurchase } }
    ... on FulfillmentOrder { ofFulfilment: order { ...WholePurchase } }
  }
}` + moneyFields + orderFields + purchaseFields

const purchaseByNameDocument = `query PurchaseByName($query: String!) {
  orders(first: 2, query: $query) { nodes { ...WholePurchase } }
}` + moneyFields + orderFields + purchaseFields

const approveDocument = `mutation Approve($input: ReturnApproveRequestInput!) {
  returnApproveRequest(input: $input) { return { id status } userErrors { field message code } }
}`

const declineDocument = `mutation Decline($input: ReturnDeclineRequestInput!) {
  returnDeclineRequest(input: $input) { return { id status decline { reason note } } userErrors { field message code } }
}`

const processDocument = `mutation Process($input: ReturnProcessInput!) {
  returnProcess(input: $input) { return { id status } userErrors { field message code } }
}`

// refundDocument carries the key by which the platform carries the same refund out only once; since 2026-04 it demands one.
const refundDocument = `mutation Refund($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) {
    refund { id totalRefundedSet { presentmentMoney { amount currencyCode } } }
    userErrors { field message }
  }
}`

const evidenceDocument = `mutation Evidence($id: ID!, $input: ShopifyPaymentsDisputeEvidenceUpdateInput!) {
  disputeEvidenceUpdate(id: $id, input: $input) { disputeEvidence { id submitted } userErrors { field message code } }
}`

const discountDocument = `mutation Discount($input: DiscountCodeBasicInput!) {
  discountCodeBasicCreate(basicCodeDiscount: $input) { codeDiscountNode { id } userErrors { field message code } }
}`

// Documents are all queries and mutations this connector ever sends, by name.
func Documents() map[string]string {
	return map[string]string{
		"Shop": shopDocument, "ReturnRecords": returnRecordsDocument, "DisputeRecords": disputeRecordsDocument,
		"FulfilmentRecords": fulfilmentRecordsDocument, "Disputes": disputesDocument, "Returns": returnsDocument,
		"Fulfilments": fulfilmentsDocument, "Purchase": purchaseDocument, "PurchaseByName": purchaseByNameDocument, "Refunds": refundsDocument,
		"Approve": approveDocument, "Decline": declineDocument, "Process": processDocument, "Refund": refundDocument,
		"Evidence": evidenceDocument, "Discount": discountDocument,
	}
}
