// SPDX-License-Identifier: Apache-2.0
#include "hl7/answer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include "hl7/observation.h"
#include "hl7/segments.h"
#include "hl7/text.h"

namespace cordon::hl7 {
namespace {

struct AckCode {
  std::string_view code;
  Outcome outcome;
  bool commit;
};
constexpr std::array ack_codes{AckCode{"AA", Outcome::accept, false}, AckCode{"AE", Outcome::error, false},
                               AckCode{"AR", Outcome::reject, false}, AckCode{"CA", Outcome::accept, true},
                               AckCode{"CE", Outcome::error, true},   AckCode{"CR", Outcome::reject, true}};

/// wanted: HL7 table 0155. Anything else than its four words is taken as "always": an answer too many harms nobody.
bool wanted(std::string_view condition, Outcome outcome) {
  if (condition == "NE") return false;
  if (condition == "ER") return outcome != Outcome::accept;
  return condition != "SU" || outcome == Outcome::accept;
}

/// commits tells which mode answers a message; nothing where neither is wanted.
std::optional<bool> commits(const Segment& header, Outcome outcome) {
  const std::string_view accept = trimmed(header.field(15));
  const std::string_view application = trimmed(header.field(16));
  if (accept.empty() && application.empty()) return false;
  if (!accept.empty() && wanted(accept, outcome)) return true;
  if (!application.empty() && wanted(application, outcome)) return false;
  return std::nullopt;
}

}  // namespace

std::optional<Message> build_ack(const Message& asked, const Answer& answer) {
  if (is_pds(asked)) return std::nullopt;
  const Segment& header = asked.header();
  const auto commit = commits(header, answer.outcome);
  if (!commit) return std::nullopt;
  const auto code = std::find_if(ack_codes.begin(), ack_codes.end(),
                                 [&](const AckCode& c) { return c.outcome == answer.outcome && c.commit == *commit; });
  const TextReader text(asked);
  const auto again = [&](std::string_view raw) { return rewritten(raw, text); };
  const std::string trigger = text.text(part(header.field(9), asked.delimiters.component, 2));
  Message out;
  const std::string_view version = trimmed(part(header.field(12), asked.delimiters.component, 1));
  Segment& msh = out.segments.emplace_back(header_segment("ACK^" + escaped(trigger, {}) + "^ACK", answer.at));
  msh.set(3, escaped(answer.application, {}));
  msh.set(5, again(header.field(3)));
  msh.set(6, again(header.field(4)));
  msh.set(10, escaped(answer.control_id, {}));
  msh.set(11, again(header.field(11)));
  msh.set(12, version.empty() ? "2.6" : again(version));
  Segment& msa = out.segments.emplace_back(segment("MSA"));
  msa.set(1, std::string(code->code));
  msa.set(2, again(header.field(10)));
  if (answer.outcome != Outcome::accept) {
    Segment& err = out.segments.emplace_back(segment("ERR"));
    err.set(3, "207^Application internal error^HL70357");
    if (answer.outcome == Outcome::reject) err.set(3, "200^Unsupported message type^HL70357");
    err.set(4, "E");
    err.set(8, escaped(answer.text, {}));
  }
  return out;
}

std::optional<Acknowledgement> acknowledgement_of(const Message& message) {
  const Segment* msa = message.find("MSA");
  if (msa == nullptr) return std::nullopt;
  const TextReader text(message);
  const std::string stated = text.text(trimmed(msa->field(1)));
  const auto code =
      std::find_if(ack_codes.begin(), ack_codes.end(), [&](const AckCode& c) { return c.code == stated; });
  if (code == ack_codes.end()) return std::nullopt;
  Acknowledgement out{stated, code->outcome, code->commit, text.text(trimmed(msa->field(2))), text.text(msa->field(3))};
  const Segment* err = message.find("ERR");
  if (out.text.empty() && err != nullptr) out.text = text.text(err->field(8));
  return out;
}

Message pds_echo() {
  Message out;
  out.segments.push_back({{"MSH", "^~\\&", "", "", "", "", "", "", "ORU^R01", "106", "P", "2.3.1", ""}, "\r"});
  return out;
}

Message pds_query(const Moment& at, const std::string& query_id) {
  Message out;
  out.segments.push_back({{"MSH", "^~\\&", "", "", "", "", "", "", "QRY^R02", "1203", "P", "2.3.1"}, "\r"});
  out.segments.push_back({{"QRD", to_dtm(at), "R", "I", escaped(query_id, {}), "", "", "", "", "", "RES"}, "\r"});
  const auto ask = [&](const std::string& what) {
    out.segments.push_back({{"QRF", "MON", "", "", "", "0&0^" + what}, "\r"});
  };
  for (const char* some : {"101&151&160&161", "162&170&171&172", "173&200&201&202", "250&500&501&502"}) {
    ask(std::string("1^1^0^") + some);
  }
  ask("3^1^1^");  // physiological alarms
  ask("4^1^1^");  // technical alarms
  return out;
}

std::optional<std::uint16_t> pds_announced(const Message& message) {
  constexpr std::uint16_t of_the_system = 1024;
  if (!is_pds(message) || !message.header().field(9).starts_with("ADT")) return std::nullopt;
  const Segment* visit = message.find("PV1");
  const Delimiters& d = message.delimiters;
  const std::string_view bed = visit != nullptr ? part(visit->field(3), d.component, 3) : std::string_view();
  const std::string_view text = trimmed(part(bed, d.subcomponent, 4));
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port >= of_the_system ? port : pds_port;
}

}  // namespace cordon::hl7
