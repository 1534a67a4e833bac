// SPDX-License-Identifier: Apache-2.0
// The namespaces and actions of IEEE 11073 SDC: a name is its namespace's URI and its local part, whatever prefix a
// device writes. Sources: IEEE 11073-10207 (BICEPS), 11073-20701 (binding), 11073-20702 (MDPWS), WS-Discovery 1.1,
// DPWS 1.1.
#pragma once

#include <string>
#include <string_view>

namespace cordon::sdc {

namespace ns {
constexpr std::string_view xml = "http://www.w3.org/XML/1998/namespace";
constexpr std::string_view xsi = "http://www.w3.org/2001/XMLSchema-instance";
constexpr std::string_view xsd = "http://www.w3.org/2001/XMLSchema";
constexpr std::string_view soap = "http://www.w3.org/2003/05/soap-envelope";
constexpr std::string_view wsa = "http://www.w3.org/2005/08/addressing";
constexpr std::string_view wsd = "http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01";
constexpr std::string_view dpws = "http://docs.oasis-open.org/ws-dd/ns/dpws/2009/01";
constexpr std::string_view wse = "http://schemas.xmlsoap.org/ws/2004/08/eventing";
constexpr std::string_view wxf = "http://schemas.xmlsoap.org/ws/2004/09/transfer";
constexpr std::string_view mex = "http://schemas.xmlsoap.org/ws/2004/09/mex";
constexpr std::string_view mdpws = "http://standards.ieee.org/downloads/11073/11073-20702-2016";
constexpr std::string_view sdc = "http://standards.ieee.org/downloads/11073/11073-20701-2018";
constexpr std::string_view ext = "http://standards.ieee.org/downloads/11073/11073-10207-2017/extension";
constexpr std::string_view pm = "http://standards.ieee.org/downloads/11073/11073-10207-2017/participant";
constexpr std::string_view msg = "http://standards.ieee.org/downloads/11073/11073-10207-2017/message";
}  // namespace ns

/// anonymous and discovery_to are WS-Addressing and WS-Discovery's fixed addresses.
constexpr std::string_view anonymous = "http://www.w3.org/2005/08/addressing/anonymous";
constexpr std::string_view discovery_to = "urn:docs-oasis-open-org:ws-dd:ns:discovery:2009:01";
constexpr std::string_view fault_action = "http://www.w3.org/2005/08/addressing/fault";
constexpr std::string_view fault_action_of_2004 = "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault";

/// Name is a namespace URI (empty: none) and a local part.
struct Name {
  std::string space;
  std::string local;
  bool is(std::string_view s, std::string_view l) const { return space == s && local == l; }
  friend bool operator==(const Name&, const Name&) = default;
};

/// Each gives an action's URI: sdc_action("GetService", "GetMdib") and those of the standards below it.
std::string sdc_action(std::string_view service, std::string_view message);
std::string discovery_action(std::string_view message);
std::string eventing_action(std::string_view message);
std::string transfer_action(std::string_view message);
constexpr std::string_view metadata_action = "http://schemas.xmlsoap.org/ws/2004/09/mex/GetMetadata/Request";

/// last_word gives what follows the last '/' of an action: how lenient readers know a message.
std::string_view last_word(std::string_view action);

}  // namespace cordon::sdc
