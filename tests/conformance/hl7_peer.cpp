// SPDX-License-Identifier: Apache-2.0
// hl7_peer: one end of an MLLP connection on standard input and output, for against_python_hl7.py. A test tool: it is
// not installed. `listen` answers every message; `say FILE...` sends the messages in the files, and `build FILE...`
// those that are built from what the files tell; both wait for each answer. What was read goes to standard error as
// JSON Lines: every segment's fields, repetitions, components and subcomponents as text.
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "hl7/answer.h"
#include "hl7/build.h"
#include "hl7/framing.h"
#include "hl7/interpret.h"
#include "hl7/message.h"
#include "hl7/text.h"

namespace {

using namespace cordon::hl7;
using nlohmann::json;

json tree_of(const Message& message) {
  const TextReader text(message);
  const Delimiters& d = message.delimiters;
  json segments = json::array();
  for (const Segment& segment : message.segments) {
    json fields = json::array();
    for (std::size_t i = 0; i < segment.fields.size(); ++i) {
      json repetitions = json::array();
      const bool whole = i == 0 || (segment.name() == "MSH" && i == 1);
      for (const auto repetition :
           whole ? std::vector<std::string_view>{segment.fields[i]} : parts(segment.fields[i], d.repetition)) {
        json components = json::array();
        for (const auto component : whole ? std::vector{repetition} : parts(repetition, d.component)) {
          json pieces = json::array();
          for (const auto piece : whole ? std::vector{component} : parts(component, d.subcomponent)) {
            pieces.push_back(whole ? std::string(piece) : text.text(piece));
          }
          components.push_back(std::move(pieces));
        }
        repetitions.push_back(std::move(components));
      }
      fields.push_back(std::move(repetitions));
    }
    segments.push_back(std::move(fields));
  }
  return segments;
}

void tell(const Message& message, const std::string& bytes) {
  const json line{{"tree", tree_of(message)}, {"bytes", bytes}, {"same", print(message) == bytes}};
  std::fprintf(stderr, "%s\n", line.dump(-1, ' ', true, json::error_handler_t::replace).c_str());
}

bool send(const Message& message) {
  const auto framed = frame(print(message));
  return framed && ::write(STDOUT_FILENO, framed->data(), framed->size()) == static_cast<ssize_t>(framed->size());
}

/// next waits for the frames of one read; none at the end of the stream.
std::vector<Frame> next(MllpReader& reader) {
  std::vector<std::uint8_t> buffer(65536);
  for (;;) {
    const ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got <= 0) return {};
    auto frames = reader.feed({buffer.data(), static_cast<std::size_t>(got)});
    if (!frames.empty()) return frames;
  }
}

int listen() {
  MllpReader reader;
  for (;;) {
    const auto frames = next(reader);
    if (frames.empty()) return 0;
    for (const Frame& f : frames) {
      const auto message = parse(f.bytes);
      if (!message) return 1;
      tell(*message, f.bytes);
      const Answer answer{Outcome::accept, "", "peer-1", "CORDON", *moment_of("20221203210000+0100")};
      const auto ack = build_ack(*message, answer);
      if (ack && !send(*ack)) return 1;
    }
  }
}

int say(const std::vector<std::string>& files, bool build_anew) {
  MllpReader reader;
  for (const std::string& file : files) {
    std::ifstream in(file, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    auto message = parse(bytes);
    if (!message) return 1;
    if (build_anew) *message = build(interpret(*message));
    tell(*message, print(*message));
    if (!send(*message)) return 1;
    const auto frames = next(reader);
    if (frames.empty()) return 1;
    const auto answer = parse(frames[0].bytes);
    const auto read = answer ? acknowledgement_of(*answer) : std::nullopt;
    if (!read || read->outcome != Outcome::accept || read->control_id != interpret(*message).control_id) return 1;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 1 && arguments[0] == "listen") return listen();
  if (arguments.size() < 2 || (arguments[0] != "say" && arguments[0] != "build")) return 2;
  return say({arguments.begin() + 1, arguments.end()}, arguments[0] == "build");
}
