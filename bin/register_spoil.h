/*
 * register_spoil: how a message is spoiled; as reg_case.spoil of
 * register_tool.h.
 */
#ifndef REGISTER_SPOIL_H
#define REGISTER_SPOIL_H

#include "register_tool.h"

typedef bool	 spoil_fn(struct reg_edit *e, struct flow_sip *m);

spoil_fn	 spoil_bad_mac, spoil_bad_response, spoil_lost, spoil_lost_once,
	 spoil_short_nonce, spoil_plain_md5, spoil_old_nonce,
	 spoil_keep_keys, spoil_says_protected, spoil_not_marked,
	 spoil_falsely_marked, spoil_no_agreement, spoil_no_server,
	 spoil_server_without_spi, spoil_verify_changed,
	 spoil_client_changed, spoil_bid_down, spoil_gmac_encrypted,
	 spoil_equal_spi, spoil_reserved_spi, spoil_clear_port,
	 spoil_in_clear, spoil_wrong_port, spoil_contact_changed,
	 spoil_with_impi, spoil_challenge_call, spoil_cell_in_clear,
	 spoil_forged, spoil_preferred_kept, spoil_charging_shown,
	 spoil_agreement_kept, spoil_other_contact, spoil_via_shown;

#endif
