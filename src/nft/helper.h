// SPDX-License-Identifier: GPL-2.0-only
// Helper answers requests: it turns each into one kernel transaction and says what came of it. It is the second line of
// defence behind the engine: it refuses protected addresses itself, and any cut before it knows which those are. It
// keeps no record of cuts; the kernel does, so it may die at any time.
#pragma once

#include <string>
#include <string_view>

#include "grammar/answer.h"
#include "grammar/request.h"
#include "nft/kernel.h"
#include "nft/ruleset.h"

namespace cordon::nft {

/// Draft is the configuration that one connection is about to put into force.
struct Draft {
  std::string id;
  Configuration configuration;
};

class Helper {
 public:
  /// `kernel` must outlive the helper; `hop` is where its table judges.
  Helper(Kernel& kernel, Hop hop) : kernel_(kernel), table_{hop} {}

  /// answer gives everything to send back for one line, each line with its line end. A line that is no request gives an
  /// `error` and changes nothing.
  std::string answer(Draft& draft, std::string_view line);

  /// check makes the whole table under another name and deletes it in the same transaction, so that nothing remains.
  /// Returns what the kernel says against it, empty if nothing.
  static std::string check(Kernel& kernel, Hop hop);

 private:
  using Reply = std::variant<std::string, grammar::Refusal>;

  Reply handle(const grammar::Request& request, Draft& draft);
  Reply config(const std::string& id, const grammar::Config& config, Draft& draft);
  Reply ensure(const std::string& id, Draft& draft);
  Reply cut(const std::string& id, const grammar::Cut& cut);
  Reply lift(const std::string& id, const grammar::Lift& lift);
  Reply list(const std::string& id, bool elements);
  Outcome renew(const std::string& id, const grammar::Cut& cut, const std::vector<grammar::Target>& targets,
                const Json& bindings);
  Outcome listing() const;
  grammar::Rules rules_of(const Json& listed) const;

  Kernel& kernel_;
  const Table table_;
  bool ensured_ = false;
  Configuration configuration_;
  std::string shape_;
};

}  // namespace cordon::nft
