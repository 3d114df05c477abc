//! Log-ins with an address or a key that was not seen before for that partner.

use super::Monitor;

impl Monitor<'_> {
    /// Notes the address and the key of a partner's log-in, as far as the configuration asks for it. Returns whether each is
    /// new. The first one of a partner is not new, because nothing was known.
    pub(super) fn is_new(
        &mut self,
        partner: &str,
        address: Option<&str>,
        fingerprint: Option<&str>,
    ) -> (bool, bool) {
        let rules = self.rules.alerts_for(partner);
        // Without messages nobody would see the mark.
        let noted = |wanted: bool| wanted && !self.rules.silent;
        let address = address.filter(|_| noted(rules.new_address));
        let fingerprint = fingerprint.filter(|_| noted(rules.new_key));
        if address.is_none() && fingerprint.is_none() {
            return (false, false);
        }
        let known = self.known(partner);
        (
            address.is_some_and(|address| known.addresses.note(address)),
            fingerprint.is_some_and(|fingerprint| known.keys.note(fingerprint)),
        )
    }
}
