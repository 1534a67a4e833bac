// SPDX-License-Identifier: Apache-2.0
// The strip is read back by poppler: its words by pdftotext, its lines by what pdftoppm draws.
#include "report/strip.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "report/testing.h"

namespace cordon::report {
namespace {

using namespace std::chrono_literals;
using testing::printed;
using testing::words;

constexpr WallTime night{std::chrono::seconds(1670101200)};  // 3 December 2022, 21:00 UTC

recorder::Track wave(std::size_t samples, float value) {
  return {"m1", {"ii", 131330, "II", "mV"}, 250, {}, {{night, 0, std::vector<float>(samples, value)}}};
}

// Image is one page in grey, 4 dots a millimetre.
struct Image {
  std::size_t width = 0, height = 0;
  std::string dots;
  bool black(double x_mm, double y_mm) const {
    const auto x = static_cast<std::size_t>(x_mm * 4), y = static_cast<std::size_t>(y_mm * 4);
    for (std::size_t dy = 0; dy < 3; ++dy) {
      if (static_cast<unsigned char>(dots.at((y + dy - 1) * width + x)) < 100) return true;
    }
    return false;
  }
};
Image drawn(const std::string& pdf) {
  const std::string pgm = printed(pdf, "pdftoppm -gray -r 101.6 -f 1 -l 1 {}");
  Image out;
  int begins = 0;
  EXPECT_EQ(std::sscanf(pgm.c_str(), "P5 %zu %zu 255%n", &out.width, &out.height, &begins), 2);
  out.dots = pgm.substr(static_cast<std::size_t>(begins) + 1);
  return out;
}

StripRequest strip(std::vector<recorder::Track> tracks) {
  StripRequest out;
  out.bed = "R1";
  out.from = night;
  out.made = {night + 1h, "", {}, Language::english};
  out.tracks = std::move(tracks);
  return out;
}

TEST(Strip, SaysWhoWhereWhenByWhomAndInBothLanguages) {
  StripRequest request = strip({wave(2500, 0.5F)});
  request.hospital = "CH du Val";
  request.unit = "Réanimation A";
  request.bed = "R3";
  request.patient = {"IPP-4711", "ŁUKASZ", "Élodie", "1950-01-02"};
  request.made = {night + 1h, "desk (AD)", 60min, Language::french};
  request.tracks.push_back({"m1", {"hr", 147842, "FC", "{beat}/min"}, 0, {{night, 72.5}}, {}});
  request.tracks.push_back(
      {"m1", {"spo2", 150456, "SpO2", "%"}, 0, {{night, std::nan(""), event::Validity::missing}}, {}});
  request.tracks.push_back({"m1", {"rr", 151562, "FR", "/min"}, 0, {{night, 15, event::Validity::unconfirmed}}, {}});
  const std::string french = words(*strip_pdf(request));
  for (const char* part :
       {"Réanimation A", "Lit R3", "ŁUKASZ Élodie · 02/01/1950 · IPP-4711",
        "début 03/12/2022 22:00:00 (UTC+01:00) + 10 s", "FC 72,5 /min", "SpO2 –", "FR 15 /min non sûr", "25 mm/s",
        "II 10 mm/mV", "Imprimé le 03/12/2022 23:00:00 (UTC+01:00) par desk (AD)", "CE"}) {
    EXPECT_NE(french.find(part), std::string::npos) << part << "\n" << french;
  }
  request.made.language = Language::english;
  request.patient = {};
  EXPECT_NE(words(*strip_pdf(request)).find("no patient was recorded at this bed then"), std::string::npos);
  request.patient_changed = true;
  EXPECT_NE(words(*strip_pdf(request)).find("the bed's patient changed during this strip"), std::string::npos);
}

TEST(Strip, WhereNobodyIsNamedItSaysWhyInBothLanguages) {
  const auto said = [](const event::PatientOffer& patient, bool known, Language language) {
    StripRequest request = strip({wave(250, 0.5F)});
    request.patient = patient;
    request.patient_known = known;
    request.made.language = language;
    return words(*strip_pdf(request));
  };
  const auto expect = [&](const event::PatientOffer& patient, bool known, const char* french, const char* english) {
    EXPECT_NE(said(patient, known, Language::french).find(french), std::string::npos) << french;
    EXPECT_NE(said(patient, known, Language::english).find(english), std::string::npos) << english;
  };
  expect({}, true, "aucun patient inscrit à ce lit alors", "no patient was recorded at this bed then");
  expect({}, false, "ne sait plus qui était à ce lit", "does not know any more who was at this bed then");
  expect({"(erased)", "", "", ""}, true, "patient effacé du registre", "patient erased from the logbook");
  expect({"(sealed)", "", "", ""}, true, "patient du registre non déchiffré", "patient of the logbook not deciphered");
  expect({"(not recorded)", "", "", ""}, true, "mais son nom n'a pas pu être gardé", "the name could not be kept");
}

TEST(Strip, AScaleIsSaidWhereThereIsAUnitAndTheExtremesElsewhere) {
  auto pressure = wave(2500, 62);
  pressure.channel = {"abp", 150036, "ABP", "mm[Hg]"};
  pressure.pieces[0].samples[5] = 118;
  auto pleth = wave(2500, 3);
  pleth.channel = {"pleth", 150452, "Pleth", ""};
  pleth.pieces[0].samples[5] = 7;
  const std::string text = words(*strip_pdf(strip({pressure, pleth})));
  EXPECT_NE(text.find("ABP 0.5 mm/mmHg 62…118 mmHg"), std::string::npos) << "28 mm for 56 mmHg\n" << text;
  EXPECT_NE(text.find("Pleth 3…7"), std::string::npos) << text;
  EXPECT_NE(words(*strip_pdf(strip({}))).find("no trace was recorded"), std::string::npos);
}

TEST(Strip, AMillionthIsWrittenAsTheWardDoesAndNoWordOfADeviceIsChanged) {
  EXPECT_EQ(unit_text("ug/kg/min", Language::english), "µg/kg/min");
  EXPECT_EQ(unit_text("u[IU]/mL", Language::english), "µIU/mL");
  EXPECT_EQ(unit_text("u[iU]/mL", Language::english), "µIU/mL");
  EXPECT_EQ(unit_text("u[iU].h/[iU]", Language::french), "µUI.h/UI");
  EXPECT_EQ(unit_text("uV", Language::english), "µV");
  for (const char* unit : {"", "U/h", "u", "/min", "unit", "mL/unit", "ugs", "mmol/L"})
    EXPECT_EQ(unit_text(unit, Language::english), unit);
  EXPECT_EQ(unit_text("{beat}/min", Language::english), "/min");
}

TEST(Strip, ANegativeNumberHasATrueMinusSignThatTheFontHas) {
  auto ecg = wave(2500, -0.63F);
  ecg.pieces[0].samples[5] = 0.5F;
  StripRequest request = strip({ecg});
  request.made.language = Language::french;
  request.tracks.push_back({"m1", {"be", 0, "BE", "mmol/L"}, 0, {{night, -2.5}}, {}});
  const std::string french = words(*strip_pdf(request));
  for (const char* part : {"BE −2,5 mmol/L", "−0,63…0,5 mV"}) {
    EXPECT_NE(french.find(part), std::string::npos) << part << "\n" << french;
  }
}

TEST(Strip, AMillivoltIsTenMillimetresAndASecondTwentyFive) {
  constexpr double middle = 12 + 34 + 17, left = 12;
  StripRequest request = strip({wave(1250, 1.0F)});
  const Image image = drawn(*strip_pdf(request));
  EXPECT_TRUE(image.black(left + 60, middle - 10)) << "1 mV stands 10 mm over the middle";
  EXPECT_FALSE(image.black(left + 60, middle - 5));
  EXPECT_TRUE(image.black(left + 124, middle - 10)) << "5 s are 125 mm";
  EXPECT_FALSE(image.black(left + 127, middle - 10)) << "and where there is no sample there is no line";
  EXPECT_TRUE(image.black(left - 3.5, middle - 5)) << "the mark of a millivolt";
  EXPECT_TRUE(image.black(left - 1.5, middle + 5));
}

TEST(Strip, WhatIsNotRealIsNotPrintedAsReal) {
  auto demo = wave(1000, 0.5F);
  demo.pieces[0].validity = event::Validity::demo;
  StripRequest request = strip({demo});
  request.made.language = Language::french;
  const auto numeric = [&](const char* label, double value, event::Validity validity) {
    request.tracks.push_back({"m1", {label, 0, label, "/min"}, 0, {{night, value, validity}}, {}});
  };
  numeric("FC", 61, event::Validity::invalid);
  numeric("FR", 62, event::Validity::demo);
  numeric("Pouls", 63, event::Validity::questionable);
  request.tracks.push_back({"m1", {"nbp", 0, "PNI", "mm[Hg]"}, 0, {{night, 64, {}, night - 12min}}, {}});
  const std::string french = words(*strip_pdf(request));
  for (const char* part : {"FC – INVALIDE", "FR 62 /min DÉMO", "Pouls 63 /min douteux", "PNI 64 mmHg (−12 min)"}) {
    EXPECT_NE(french.find(part), std::string::npos) << part << "\n" << french;
  }
  EXPECT_EQ(french.find("61"), std::string::npos);
  const auto demos = [](const std::string& text) {
    std::size_t out = 0;
    for (auto at = text.find("DÉMO"); at != std::string::npos; at = text.find("DÉMO", at + 1)) ++out;
    return out;
  };
  EXPECT_EQ(demos(french), 2U) << "the number and the trace";
  const auto black_on = [&](const recorder::Track& track) {
    const Image image = drawn(*strip_pdf(strip({track})));
    std::size_t out = 0;
    for (double x = 40; x < 100; x += 0.25) out += image.black(x, 12 + 34 + 17 - 5) ? 1U : 0U;
    return out;
  };
  EXPECT_EQ(black_on(wave(1000, 0.5F)), 240U);
  EXPECT_LT(black_on(demo), 200U) << "its line is broken";
}

TEST(Strip, WhatADeviceInDoubtSaidIsMarkedForAsLongAsItWas) {
  StripRequest request = strip({wave(2500, 0.5F)});
  request.tracks.push_back({"m1", {"hr", 147842, "FC", "/min"}, 0, {{night + 5s, 66}}, {}});
  request.tracks.push_back({"m1", {"rr", 151562, "FR", "/min"}, 0, {{night + 5s, 67, event::Validity::demo}}, {}});
  request.tracks.push_back({"m2", {"t", 150344, "Temp", "Cel"}, 0, {{night + 5s, 37}}, {}});
  request.doubts = {{"m1", night + 4s, night + 6s}};
  request.made.language = Language::french;
  const std::string french = words(*strip_pdf(request));
  for (const char* part : {"FC 66 /min à confirmer", "FR 67 /min à confirmer, DÉMO", "Temp 37 °C\n"}) {
    EXPECT_NE(french.find(part), std::string::npos) << part << "\n" << french;
  }
  EXPECT_NE(french.rfind("à confirmer"), french.find("à confirmer, DÉMO")) << "it stands over the trace, too";
  const auto black_of = [&](double from_s) {
    const Image image = drawn(*strip_pdf(request));
    std::size_t out = 0;
    for (double x = 12 + 25 * from_s + 1; x < 12 + 25 * from_s + 24; x += 0.25)
      out += image.black(x, 12 + 34 + 17 - 5) ? 1U : 0U;
    return out;
  };
  EXPECT_EQ(black_of(2), 92U);
  EXPECT_LT(black_of(4), 80U) << "its line is broken";
  EXPECT_LT(black_of(5), 80U);
  EXPECT_EQ(black_of(7), 92U);
  request.made.language = Language::english;
  EXPECT_NE(words(*strip_pdf(request)).find("FC 66 /min unconfirmed"), std::string::npos);
  request.doubts_known = false;
  EXPECT_NE(words(*strip_pdf(request)).find("does not say whether a device was unconfirmed"), std::string::npos);
}

TEST(Strip, AnEegOfMicrovoltsIsNoFlatLine) {
  auto eeg = wave(2500, -25);
  eeg.channel = {"eeg", 153900, "EEG1", "uV"};
  for (std::size_t i = 0; i < 1000; ++i) eeg.pieces[0].samples[i] = 25;
  const std::string pdf = *strip_pdf(strip({eeg}));
  EXPECT_NE(words(pdf).find("EEG1 0.28 mm/µV −25…25 µV"), std::string::npos) << words(pdf);
  EXPECT_TRUE(drawn(pdf).black(12 + 60, 12 + 34 + 17 - 7));
  eeg.channel = {"ii", 131330, "II", "uV"};
  EXPECT_NE(words(*strip_pdf(strip({eeg}))).find("II 0.01 mm/µV"), std::string::npos);
  eeg.channel = {"w7", 0, "Wave7", "uV"};
  EXPECT_NE(words(*strip_pdf(strip({eeg}))).find("Wave7 0.01 mm/µV"), std::string::npos) << "which may be an ECG";
}

TEST(Strip, ATallBeatStandsWholeOnThePaper) {
  auto track = wave(2500, 0);
  for (std::size_t beat = 0; beat < 2500; beat += 250) {
    for (std::size_t i = 100; i < 125; ++i) track.pieces[0].samples[beat + i] = i < 115 ? 2.5F : -0.3F;
  }
  const double middle = 12 + 34 + 17;
  const Image image = drawn(*strip_pdf(strip({track})));
  EXPECT_TRUE(image.black(12 + 30, middle + 8)) << "its baseline, as low as it must be";
  track.pieces[0].samples[20] = -5000;
  EXPECT_TRUE(drawn(*strip_pdf(strip({track}))).black(12 + 30, middle + 8)) << "also beside one bad sample";
}

TEST(Strip, OneBadSampleMovesNoElectrodesOffsetAway) {
  auto track = wave(2500, 4.0F);
  for (std::size_t i = 0; i < 1000; ++i) track.pieces[0].samples[i] = 5;
  track.pieces[0].samples[20] = 5000;
  const Image image = drawn(*strip_pdf(strip({track})));
  EXPECT_TRUE(image.black(12 + 60, 12 + 34 + 17 - 10)) << "a millivolt over the offset";
  EXPECT_TRUE(image.black(12 + 150, 12 + 34 + 17));
}

TEST(Strip, ASecondAtTheAmplifiersEndLeavesTheBeatsOnThePaper) {
  const double middle = 12 + 34 + 17;
  for (const float end : {10.0F, -10.0F}) {
    auto track = wave(2500, 0);
    for (std::size_t beat = 0; beat < 2500; beat += 250) {
      for (std::size_t i = 100; i < 125; ++i) track.pieces[0].samples[beat + i] = 1;
    }
    for (std::size_t i = 500; i < 750; ++i) track.pieces[0].samples[i] = end;
    const Image image = drawn(*strip_pdf(strip({track})));
    EXPECT_TRUE(image.black(12 + 30, middle)) << "the baseline";
    EXPECT_TRUE(image.black(12 + 36, middle - 10)) << "a beat";
    EXPECT_TRUE(image.black(12 + 60, end > 0 ? middle - 17 : middle + 17)) << "the second itself, at the edge";
  }
}

TEST(Strip, AWaveTallerThanItsRowLosesAsMuchAboveAsBelow) {
  const double middle = 12 + 34 + 17;
  auto track = wave(2500, 0);
  for (std::size_t i = 0; i < 2500; ++i) {
    const std::size_t of_beat = i % 100;
    track.pieces[0].samples[i] = of_beat < 36 ? 0.0F : of_beat < 68 ? 3.0F : -3.0F;
  }
  const Image image = drawn(*strip_pdf(strip({track})));
  EXPECT_TRUE(image.black(12 + 30 + 1.5, middle)) << "its zero";
  EXPECT_TRUE(image.black(12 + 30 + 5, middle - 17));
  EXPECT_TRUE(image.black(12 + 30 + 8, middle + 17));
}

TEST(Strip, NoiseOnAFlatLineIsNoPulseOnPaperEither) {
  const auto noise = [](const char* label, std::uint32_t code, const char* unit, float middle, float height) {
    auto out = wave(2500, middle);
    out.channel = {label, code, label, unit};
    for (std::size_t i = 0; i < 2500; i += 2) out.pieces[0].samples[i] += height;
    return out;
  };
  const std::string text =
      words(*strip_pdf(strip({noise("ABP", 150036, "mm[Hg]", 0, 0.5F), noise("EEG1", 153900, "uV", 0, 2),
                              noise("CO2", 151724, "kPa", 0, 0.02F)})));
  for (const char* part : {"ABP 1.4 mm/mmHg", "EEG1 0.28 mm/µV", "CO2 9.3 mm/kPa"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

TEST(Strip, NoiseOnAFlatLineWithoutAUnitIsNoPulseBesideWhatIsUsual) {
  auto pleth = wave(2500, 2000);
  pleth.channel = {"pleth", 150452, "Pleth", ""};
  for (std::size_t i = 0; i < 2500; i += 2) pleth.pieces[0].samples[i] += 5;
  StripRequest request = strip({pleth});
  request.usual = {{{pleth.device, "pleth"}, 800}};
  const double middle = 12 + 34 + 17;
  const Image flat = drawn(*strip_pdf(request));
  EXPECT_TRUE(flat.black(12 + 60, middle));
  EXPECT_FALSE(flat.black(12 + 60, middle - 8));
  for (std::size_t i = 0; i < 2500; ++i) request.tracks[0].pieces[0].samples[i] = i % 200 < 100 ? 2000.0F : 2400.0F;
  EXPECT_TRUE(drawn(*strip_pdf(request)).black(12 + 60, middle + 14)) << "a pulse fills its row";
}

TEST(Strip, OneBadSampleFlattensNoWaveAndAShortEventStandsWhole) {
  const double middle = 12 + 34 + 17;
  for (const char* unit : {"mm[Hg]", ""}) {
    auto pressure = wave(1250, 80);
    pressure.rate_hz = 125;
    pressure.channel = {"abp", 150036, "ABP", unit};
    for (std::size_t i = 0; i < 600; ++i) pressure.pieces[0].samples[i] = 120;
    pressure.pieces[0].samples[700] = 32767;
    const Image image = drawn(*strip_pdf(strip({pressure})));
    EXPECT_TRUE(image.black(12 + 60, middle - 14)) << unit;
    EXPECT_TRUE(image.black(12 + 200, middle + 14)) << unit;
    for (std::size_t i = 700; i < 725; ++i) pressure.pieces[0].samples[i] = 320;  // a fifth of a second
    EXPECT_TRUE(drawn(*strip_pdf(strip({pressure}))).black(12 + 60, middle + 14 - 28 * 40 / 240.0)) << unit;
  }
}

TEST(Strip, PrintsEveryTraceAndEveryNumberTheFirstOfATileFirst) {
  StripRequest request = strip({});
  request.span = 30s;
  for (int i = 0; i < 7; ++i) {
    request.tracks.push_back({"vent",
                              {fmt::format("w{}", i), 0, fmt::format("Flow{}", i), "L/min"},
                              50,
                              {},
                              {{night, 0, std::vector<float>(1500, 1)}}});
  }
  request.tracks.push_back({"zz", {"pleth", 150452, "Pleth", ""}, 50, {}, {{night, 0, std::vector<float>(1500, 1)}}});
  request.tracks.push_back(wave(7500, 0.5F));
  for (int i = 0; i < 60; ++i) {
    request.tracks.push_back(
        {"vent", {fmt::format("n{}", i), 0, fmt::format("Value{:02}", i), "cm[H2O]"}, 0, {{night, 100.0 + i}}, {}});
  }
  const std::string text = words(*strip_pdf(request));
  for (int i = 0; i < 7; ++i) EXPECT_NE(text.find(fmt::format("Flow{} ", i)), std::string::npos) << i << text;
  for (int i = 0; i < 60; ++i)
    EXPECT_NE(text.find(fmt::format("Value{:02} {}", i, 100 + i)), std::string::npos) << i << text;
  EXPECT_LT(text.find("II "), text.find("Pleth"));
  EXPECT_LT(text.find("Pleth"), text.find("Flow0"));
  EXPECT_NE(text.find("1/10"), std::string::npos) << "three sheets of each four traces, and one of numbers\n" << text;
  EXPECT_NE(text.find("all numbers: sheet 10"), std::string::npos) << text;
  request.tracks.resize(4);
  const std::string few = words(*strip_pdf(request));
  EXPECT_NE(few.find("3/3"), std::string::npos) << few;
  EXPECT_EQ(few.find("all numbers"), std::string::npos);
}

TEST(Strip, BothIdentifiersOfALongNameStandOnThePaper) {
  StripRequest request = strip({wave(2500, 0.5F)});
  request.patient = {"IPP-2022-0047110815", "DE LA ROCHEFOUCAULD-MONTMORENCY-BOUTEVILLE",
                     "Marie-Antoinette Joséphine Élodie", "1950-01-02"};
  const std::string found = printed(*strip_pdf(request), "pdftotext -layout -x 0 -y 0 -W 842 -H 595 {} -");
  EXPECT_NE(found.find("1950-01-02 · IPP-2022-0047110815"), std::string::npos) << found;
}

TEST(Strip, AGapIsAGapAndMoreThanFitsIsRefused) {
  auto track = wave(2500, 0.0F);
  for (std::size_t i = 500; i < 1000; ++i) track.pieces[0].samples[i] = std::nanf("");
  StripRequest request = strip({track});
  const Image image = drawn(*strip_pdf(request));
  EXPECT_TRUE(image.black(12 + 45, 63));
  EXPECT_FALSE(image.black(12 + 75, 63));
  EXPECT_TRUE(image.black(12 + 105, 63));
  request.span = strip_max + 1us;
  EXPECT_EQ(strip_pdf(request).error().code, ErrorCode::limit);
}

}  // namespace
}  // namespace cordon::report
