package fake

import "slices"

// Reason is one reason of the operator, as RE01 lists it.
type Reason struct {
	Code, Label, Type string
	Shop              bool // is_shop_right: the seller may use it
}

// Reasons are those of the simulated operator. Codes are numbers of its own, as everywhere; labels are Spanish.
func Reasons() []Reason {
	return []Reason{
		{"1", "Artículo no recibido", "INCIDENT_OPEN", false},
		{"2", "Artículo defectuoso", "INCIDENT_OPEN", false},
		{"3", "Artículo no conforme con el pedido", "INCIDENT_OPEN", false},
		{"4", "Artículo en mal estado", "INCIDENT_OPEN", false},
		{"5", "Faltan artículos", "INCIDENT_OPEN", false},
		{"6", "Plazo de entrega superado", "INCIDENT_OPEN", false},
		{"7", "Desistimiento", "INCIDENT_OPEN", false},
		{"8", "Sustitución enviada", "INCIDENT_CLOSE", true},
		{"9", "Artículo recibido finalmente", "INCIDENT_CLOSE", true},
		{"10", "Reembolso realizado", "INCIDENT_CLOSE", true},
		{"14", "Gesto comercial", "REFUND", true},
		{"15", "Sin existencias", "REFUND", true},
		{"17", "Artículo devuelto", "REFUND", true},
		{"19", "Artículo no recibido", "REFUND", true},
		{"26", "Otra pregunta", "ORDER_MESSAGING", true},
		{"33", "Otra pregunta", "OFFER_MESSAGING", true},
		{"34", "Anulado por el cliente antes del envío", "CANCELATION", true},
		{"RETURN_WARRANTY", "Garantía", "RETURN", false},
		{"RETURN_CHANGED_MIND", "Cambio de opinión", "RETURN", false},
		{"RETURN_DEFECTIVE_ITEM", "Artículo defectuoso", "RETURN", false},
		{"RETURN_REJECTION_WINDOW_CLOSED", "Fuera de plazo", "RETURN_REJECTION", true},
		{"RETURN_REJECTION_NOT_ELIGIBLE", "No admite devolución", "RETURN_REJECTION", true},
		{"RETURN_NON_COMPLIANT_MISSING_ITEM", "Falta un artículo", "RETURN_NON_COMPLIANT", true},
		{"RETURN_NON_COMPLIANT_DAMAGED_PRODUCT", "Artículo dañado", "RETURN_NON_COMPLIANT", true},
		{"MMP_SELLER_MESSAGING_ONBOARDING", "Alta", "MMP_SELLER_MESSAGING", true},
	}
}

// SetReasons gives the operator other reasons.
func (p *Platform) SetReasons(list []Reason) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.reasons = list
}

func (p *Platform) label(code string) string {
	if i := slices.IndexFunc(p.reasons, func(r Reason) bool { return r.Code == code }); i >= 0 && code != "" {
		return p.reasons[i].Label
	}
	return ""
}

// mayUse refuses a reason that is unknown, of another type, or not the seller's to use.
func (c *call) mayUse(code, kind string) *refusal {
	i := slices.IndexFunc(c.p.reasons, func(r Reason) bool { return r.Code == code && r.Type == kind })
	switch {
	case code == "":
		return bad("The reason code is mandatory")
	case i < 0:
		return bad("Reason with code '" + code + "' and type '" + kind + "' not found")
	case !c.p.reasons[i].Shop:
		return bad("The reason with code '" + code + "' cannot be used by a shop")
	}
	return nil
}

func (c *call) re01() *refusal { return c.reasons("") }
func (c *call) re02() *refusal { return c.reasons(c.r.PathValue("type")) }

func (c *call) reasons(kind string) *refusal {
	out := []object{}
	for _, r := range c.p.reasons {
		if kind == "" || r.Type == kind {
			out = append(out, object{"code": r.Code, "label": r.Label, "type": r.Type, "is_shop_right": r.Shop})
		}
	}
	return c.ok(object{"reasons": out, "total_count": len(out)})
}

// a01 tells about the shop.
func (c *call) a01() *refusal {
	s := c.shop
	return c.ok(object{
		"applicable_taxes": []object{}, "approval_delay": 33, "approval_rate": 1, "banner": nil,
		"billing_info": object{"bank_city": "Madrid", "bank_name": "Example bank", "bank_street": "Calle 1", "bic": "EXAMPLES",
			"iban": "ES0000000000000000000000", "owner": "Juan Ejemplo", "zip_code": "28001"},
		"channels": []string{"ES"}, "closed_from": nil, "closed_to": nil,
		"contact_informations": object{"city": "Getafe", "civility": "Mr", "country": s.Country, "email": "shop@example.com", "fax": nil, "firstname": "Juan",
			"lastname": "Ejemplo", "phone": "000000000", "phone_secondary": nil, "state": "Madrid", "street1": "Calle del Almacén 3", "street2": nil,
			"web_site": "https://www.example.com", "zip_code": "28906"},
		"currency_iso_code": s.Currency, "date_created": "2019-03-25T14:34:03Z",
		"default_billing_information": object{
			"corporate_information": object{"company_registration_name": s.Name, "company_registration_number": "B00000000"}, "default_language": "es_ES",
			"fiscal_information": object{"tax_identification_country": s.Country, "tax_identification_number": "B00000000"}, "id": uuid("billing", s.ID),
			"registration_address": object{"city": "Getafe", "country_iso_code": s.Country, "state": "Madrid", "street_1": "Calle del Almacén 3", "street_2": nil, "zip_code": "28906"},
		},
		"description": s.Name, "domains": []string{"PRODUCT"}, "evaluations_count": 3, "free_shipping": false, "grade": 4, "is_professional": true,
		"kyc": object{"reason": "", "status": "APPROVED"}, "last_updated_date": stamp(c.now), "logo": nil, "model": "MARKETPLACE", "offers_count": 234,
		"order_messages_response_delay": c.responseDelay(), "orders_count": len(s.orders),
		"payment_details": object{"paid_balance": 0, "payable_balance": number(max(0, s.Balance), s.Currency), "pending_balance": 0, "reserve_balance": 0, "reserve_target": 0,
			"sub_balances": []object{{"paid": 0, "pay_out_psp_code": "NOT_SPECIFIED", "payable": number(max(0, s.Balance), s.Currency), "pending": 0}}},
		"payment_info":             object{"@type": "IBAN", "bank_city": "Madrid", "bank_name": "Example bank", "bank_street": "Calle 1", "bic": "EXAMPLES", "iban": "ES0000000000000000000000", "owner": "Juan Ejemplo"},
		"payment_method_mandatory": true, "premium": false,
		"pro_details":          object{"VAT_number": "B00000000", "corporate_name": s.Name, "identification_number": "B00000000", "tax_identification_number": "B00000000"},
		"producer_identifiers": []object{}, "recycling_policy": nil, "return_policy": "Devoluciones en 30 días.", "shipping": object{"lead_time_to_ship": 2},
		"shipping_country": s.Country, "shipping_types": []string{"STD"}, "shipping_zones": []string{"DOM1"}, "shippings": []object{{"additional_fields": []object{}, "shipping_free_amount": 50, "shipping_type_code": "STD",
			"shipping_type_label": "Standard", "shipping_type_standard_code": "CU_ADD-STD", "shipping_zone_code": "DOM1", "shipping_zone_label": "Domestic 1"}},
		"shop_additional_fields": []object{}, "shop_id": s.ID, "shop_name": s.Name, "shop_state": s.State, "suspension_type": nil,
	})
}

// pc01 tells which features the operator uses.
func (c *call) pc01() *refusal {
	return c.ok(object{
		"features": object{
			"catalog": object{"allow_shop_contribution_to_all_channels": true, "exclude_invalid_products": true, "list_of_multiple_values_separator": "|",
				"product_acceptance_by_channel": true, "product_data_validation_by_channel": true, "product_import_only_on_leaf": true},
			"circular_economy_data_collection": false, "competitive_pricing_tool": false,
			"direct_payment_customer_store":      object{"activated": false, "refund_cancel_authorized": false},
			"disable_seller_alternative_carrier": false, "dropship": object{"retail_pricing_edition_enabled": "NO", "retail_pricing_enabled": false},
			"kyc_status_per_seller": false, "lead_time_to_ship_by_sellers_enabled": "YES", "multi_currency": false, "multi_payout_psp_per_seller": false,
			"no_reply_needed": !c.p.options.WithoutNoReplyNeeded, "offer_prices_decimals": "2", "operator_csv_delimiter": "SEMICOLON",
			"order_conditions": object{"lead_time_to_ship": true, "maximum_order_quantity": false, "minimum_order_quantity": false, "package_order_quantity": false},
			"order_tax_mode":   "TAX_INCLUDED",
			"order_workflows": object{"no_customer_payment_confirmation": true, "order_acceptance": "NOT_AUTOMATIC", "pause_debit_workflow": false,
				"pay_on_due_date": false, "pay_on_shipment": false, "sellers_edit_shipping_origin": false, "shipping_and_billing_details_before_acceptance": true},
			"payment_confirmation":               false,
			"pricing":                            object{"channel_pricing": "DISABLED", "discount_period_required": false, "discount_price_creation_in_the_past_blocked": false, "scheduled_pricing": false, "volume_discount": false, "volume_pricing": false},
			"product_data_validation_by_channel": true,
			"promotion":                          object{"cart_promotion_campaign": false, "discount_campaign": false, "seller_promotion": true},
			"returns":                            object{"marketplace": true, "drop_ship": false, "one_creditor": false},
			"shipment":                           object{"multi_part_item_shipment": false, "multi_shipment": false},
			"shop_tax_options": object{"local_tax_number": object{"mandatory": false, "validation_regex": ""},
				"tax_identification_number": object{"mandatory": false, "validation_regex": ""}},
			"tax_collection": object{"activated": "NO", "product_tax_code_mandatory": false, "tax_collection_by_operator": false},
			"tax_id_number":  object{"mandatory": false},
			"warehouses":     object{"geolocation": false, "restricted_countries": []string{}},
		},
		"modules": object{"mirakl_catalog_integrator": true, "mirakl_catalog_manager": false, "mirakl_catalog_transformer": false, "mirakl_platform_services": false,
			"offer_management": true, "order_management": true, "promotions": true, "quotes": false,
			"tax_manager": object{"activated": false, "tax_provider": object{"avalara": false, "vertex": false}}},
		"platform_configuration": object{"customer_model": object{"b2b": false, "b2c": true}, "enhanced_seller_invoicing": object{"enabled": false},
			"platform_model": object{"drop_ship": false, "marketplace": true, "one_creditor": false}},
		"platform_name": c.p.options.Operator, "tenant_name": "tenantname-prod", "timezone": "Europe/Paris",
	})
}

func (c *call) ch11() *refusal {
	return c.ok(object{"channels": []object{{"code": "ES", "description": "Website ES", "label": "Website ES"}, {"code": "US", "description": "Website US", "label": "Website US"}}})
}

func (c *call) cur01() *refusal {
	return c.ok(object{"currencies": []object{{"code": c.shop.Currency, "label": c.shop.Currency, "platform_default": true}}})
}

func (c *call) do01() *refusal {
	entities, refused := c.list("entities")
	if refused != nil {
		return refused
	}
	for _, e := range entities {
		if e != "ORDER" && e != "SHOP" {
			return bad("Value '" + e + "' is not allowed for the parameter : entities")
		}
	}
	out := []object{}
	for _, t := range documentTypes {
		if in(entities, "ORDER") {
			out = append(out, object{"code": t[0], "description": t[1], "entity": "ORDER", "label": t[1], "mime_types": []string{"application/pdf", "image/jpeg", "image/png"}})
		}
	}
	return c.ok(object{"documents": out})
}

// carriers are code and name of those the operator knows.
var carriers = [][2]string{{"CORREOS", "Correos"}, {"SEUR", "SEUR"}, {"UPS", "UPS"}, {"DHL", "DHL"}, {"DPD", "DPD"}, {"GLS", "GLS"}}

func (c *call) sh21() *refusal {
	out := []object{}
	for _, k := range carriers {
		out = append(out, object{"code": k[0], "label": k[1], "standard_code": k[0], "tracking_url": "https://tracking.example.com/{trackingId}"})
	}
	return c.ok(object{"carriers": out})
}
