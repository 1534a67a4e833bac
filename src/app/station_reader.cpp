// SPDX-License-Identifier: Apache-2.0
#include "app/station_reader.h"

#include "app/door.h"

namespace cordon::app {

namespace {

constexpr std::chrono::milliseconds question_wait{100};

}  // namespace

StationReader::StationReader(std::optional<logbook::Reader> book, std::optional<PatientKeys> keys)
    : book_(std::move(book)), keys_(std::move(keys)) {}

bool StationReader::take(const http::Get& get, const http::Reply& reply) {
  if (get.path != "/api/log") return false;
  const auto page = http::parse_log_page(get.query);
  if (!page) {
    reply([] { return refused_because(400, "say from=N and limit=M, both decimal"); });
  } else if (!questions_.push({*page, reply})) {
    reply([] { return refused(503, "busy"); });
  }
  return true;
}

void StationReader::run(const std::stop_token& stop) {
  while (!stop.stop_requested() && !questions_.closed()) {
    for (const Question& question : questions_.pop_batch(1, question_wait)) {
      std::vector<std::string> entries;
      if (book_) entries = entry_page(*book_, keys_ ? &*keys_ : nullptr, question.page.from, question.page.limit);
      question.reply([text = http::log_text(entries)] { return http::Answer{200, text, std::nullopt}; });
    }
  }
}

}  // namespace cordon::app
