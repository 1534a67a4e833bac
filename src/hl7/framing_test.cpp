// SPDX-License-Identifier: Apache-2.0
#include "hl7/framing.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace cordon::hl7 {
namespace {

std::vector<Frame> fed(MllpReader& reader, std::string_view bytes) {
  return reader.feed(as_bytes(bytes));
}

std::string any_message() {
  return *rc::gen::container<std::string>(
      rc::gen::suchThat(rc::gen::arbitrary<char>(), [](char c) { return c != start_block && c != end_block; }));
}

TEST(Framing, WhatIsFramedComesOutHoweverTheStreamIsCut) {
  EXPECT_TRUE(rc::check([] {
    std::vector<std::string> messages;
    std::string stream;
    const auto count = *rc::gen::inRange<std::size_t>(0, 6);
    for (std::size_t i = 0; i < count; ++i) {
      messages.push_back(any_message());
      stream += *frame(messages.back());
    }
    MllpReader reader;
    std::vector<Frame> got;
    while (!stream.empty()) {
      const auto size = *rc::gen::inRange<std::size_t>(1, stream.size() + 1);
      for (Frame& f : fed(reader, std::string_view(stream).substr(0, size))) got.push_back(std::move(f));
      stream.erase(0, size);
    }
    RC_ASSERT(got.size() == messages.size());
    for (std::size_t i = 0; i < got.size(); ++i) RC_ASSERT(got[i] == (Frame{messages[i], FrameEnd::block}));
    RC_ASSERT(reader.counters() == (FramingCounters{count, 0, 0, 0}));
    RC_ASSERT(reader.finish().empty());
  }));
}

TEST(Framing, AMissingEndLosesNoMessageAndIsSaid) {
  MllpReader reader;
  const auto got = fed(reader, "\vMSH|a\r\vMSH|b\r\x1c\vMSH|c");
  ASSERT_EQ(got.size(), 2U);
  EXPECT_EQ(got[0], (Frame{"MSH|a\r", FrameEnd::missing}));
  EXPECT_EQ(got[1], (Frame{"MSH|b\r", FrameEnd::block}));  // the CR behind the end block is missing too
  EXPECT_EQ(reader.finish(), (std::vector{Frame{"MSH|c", FrameEnd::missing}}));
  EXPECT_EQ(reader.counters(), (FramingCounters{3, 2, 0, 0}));
}

TEST(Framing, WhatStandsOutsideIsCountedAndTheNextMessageRead) {
  MllpReader reader;
  const auto got = fed(reader, "junk\r\n\x1c\r\vMSH|a\x1c\r\nmore\vMSH|b\x1c\r");
  ASSERT_EQ(got.size(), 2U);
  EXPECT_EQ(got[1].bytes, "MSH|b");
  EXPECT_EQ(reader.counters(), (FramingCounters{2, 0, 0, 9}));
}

TEST(Framing, TheBoundHoldsAndTheOneOverIsThrownAwayWhole) {
  const std::string longest(message_bytes_max, 'a');
  EXPECT_TRUE(frame(longest));
  EXPECT_EQ(frame(longest + "a").error().code, ErrorCode::limit);
  MllpReader reader;
  auto got = fed(reader, "\v" + longest + "\x1c\r");
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].bytes, longest);
  EXPECT_TRUE(fed(reader, "\v" + longest + "aa\r\x1c\r").empty());
  EXPECT_EQ(reader.counters(), (FramingCounters{1, 0, 1, message_bytes_max + 5}));
  EXPECT_EQ(fed(reader, "\vMSH|b\x1c\r").size(), 1U);
}

TEST(Framing, ABlockCharacterInsideIsRefused) {
  EXPECT_EQ(frame("MSH\v").error(), (Error{ErrorCode::malformed, 3, ""}));
  EXPECT_EQ(frame("\x1c").error(), (Error{ErrorCode::malformed, 0, ""}));
}

}  // namespace
}  // namespace cordon::hl7
