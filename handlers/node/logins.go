package node

import (
	"net/netip"

	"winnow/models"
)

// LoginNetwork returns the pseudonym of the household that a moderator logs in
// from, which is stored after a login; "" for an invalid address. It is made with
// the secret, because it must outlive the keys of addresses, and it differs for
// each moderator, so that it does not show who sits where.
func (n *Node) LoginNetwork(moderator string, address netip.Addr) string {
	if !address.IsValid() {
		return ""
	}
	return n.secret.pseudonym("login " + models.HouseholdOf(address).Addr().String() + " " + moderator)
}

// DeviceTag proves that a device, named by a random text, has been used by a
// moderator to log in.
func (n *Node) DeviceTag(moderator, device string) string {
	return n.secret.pseudonym("device " + device + " " + moderator)
}
