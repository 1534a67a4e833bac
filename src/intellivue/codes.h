// SPDX-License-Identifier: Apache-2.0
// The numbers of the protocol that Cordon acts upon. Source: the guide (values.h), chapters "Definition of the Data
// Export Protocol" and "Attribute Data Types and Constants Used"; codes below 0xF000 are those of ISO/IEEE 11073-10101.
#pragma once

#include <cstdint>

namespace cordon::intellivue::code {

using Code = std::uint16_t;

// Session and remote operations.
constexpr Code data_session = 0xE1;
constexpr Code ro_invoke = 1, ro_result = 2, ro_error = 3, ro_linked_result = 5;
constexpr Code cmd_event = 0, cmd_confirmed_event = 1, cmd_get = 3, cmd_set = 4, cmd_confirmed_set = 5,
               cmd_confirmed_action = 7;
constexpr Code act_poll = 0x0C16, act_poll_extended = 0xF13B;
constexpr Code noti_mds_create = 0x0D06, noti_connect_indication = 0x0D17;
constexpr Code protocol_data_export = 5, protocol_udp = 1;

// Partitions and object classes.
constexpr Code part_object = 1, part_scada = 2;
constexpr Code moc_numeric = 6, moc_samples = 9, moc_mds = 33, moc_patient = 42, moc_alert_monitor = 54;

// Attribute groups; 0 is every attribute.
constexpr Code group_all = 0, group_alerts = 0x0801, group_observed = 0x0803, group_patient = 0x0807;
constexpr Code group_application = 0x080A, group_dynamic = 0x0810, group_static = 0x0811;

// Attributes.
constexpr Code attr_patient_alarms = 0x0902, attr_technical_alarms = 0x0904, attr_alert_condition = 0x0916;
constexpr Code attr_bed_label = 0x091E, attr_label = 0x0924, attr_label_string = 0x0927, attr_model = 0x0928;
constexpr Code attr_operating_mode = 0x0946;
constexpr Code attr_numeric_compound = 0x094B, attr_numeric = 0x0950;
constexpr Code attr_patient_state = 0x0957, attr_birth = 0x0958, attr_patient_id = 0x095A;
constexpr Code attr_family_name = 0x095C, attr_given_name = 0x095D, attr_sex = 0x0961, attr_patient_type = 0x0962;
constexpr Code attr_samples_compound = 0x0967, attr_sample_spec = 0x096D, attr_samples = 0x096E, attr_scale = 0x096F;
constexpr Code attr_system_id = 0x0984, attr_system_type = 0x0986;
constexpr Code attr_time_absolute = 0x0987, attr_sample_period = 0x098D, attr_time_relative = 0x098F;
constexpr Code attr_stamp_absolute = 0x0990, attr_stamp_relative = 0x0991;
constexpr Code attr_unit = 0x0996, attr_mds_status = 0x09A7;
constexpr Code attr_age = 0x09D8, attr_height = 0x09DC, attr_weight = 0x09DF;
constexpr Code attr_fixed_values = 0x0A16, attr_paced = 0x0A1E;
constexpr Code attr_net_address = 0xF100, attr_protocol_support = 0xF101;
constexpr Code attr_poll_period = 0xF13E, attr_poll_numerics = 0xF228;
constexpr Code attr_numeric_priorities = 0xF239, attr_wave_priorities = 0xF23A;

// Association.
constexpr std::uint32_t protocol_version = 0x80000000, nomenclature_version = 0x40000000;
constexpr std::uint32_t system_client = 0x80000000, system_server = 0x00800000;
constexpr std::uint32_t start_hot = 0x80000000, start_cold = 0x20000000;
constexpr std::uint32_t poll_profile_revision = 0x80000000;
constexpr std::uint32_t poll_dynamic_objects = 0x60000000;  // objects may come and go
constexpr Code poll_profile = 1, poll_profile_ext = 0xF001;
constexpr std::uint32_t ext_numerics_1s = 0x80000000, ext_numerics_12s = 0x40000000, ext_numerics_1min = 0x20000000;
constexpr std::uint32_t ext_waves = 0x08000000, ext_enumerations = 0x04000000, ext_numeric_priorities = 0x02000000;

// MeasurementState.
constexpr Code state_invalid = 0x8000, state_questionable = 0x4000, state_unavailable = 0x2000,
               state_calibrating = 0x1000;
constexpr Code state_test = 0x0800, state_demo = 0x0400, state_validated = 0x0080, state_early = 0x0040;
constexpr Code state_ongoing = 0x0020, state_in_alarm = 0x0002, state_alarm_inhibited = 0x0001;

// AlarmType: technical ("INOP") in the low octet, patient alarms in the high one.
constexpr Code alarm_none = 0;
constexpr Code technical_low = 0x0001, technical_medium = 0x0002, technical_high = 0x0004;
constexpr Code patient_low = 0x0100, patient_medium = 0x0200, patient_high = 0x0400;

// AlarmState.
constexpr Code alarm_inhibited = 0x8000, alarm_suspended = 0x4000, alarm_latched = 0x2000, alarm_silenced = 0x1000;
constexpr Code alarm_device_test = 0x0400, alarm_device_standby = 0x0200, alarm_device_demo = 0x0100,
               alarm_new = 0x0008;

// OperatingMode and SampleSpec flags.
constexpr Code mode_monitoring = 0x4000, mode_demo = 0x2000, mode_service = 0x1000, mode_standby = 0x0002,
               mode_config = 0x0001;
constexpr Code mds_disconnected = 0, mds_unassociated = 1, mds_operating = 6;
constexpr Code samples_smooth = 0x8000, samples_delayed = 0x4000, samples_static_scale = 0x2000,
               samples_extended_range = 0x1000;

}  // namespace cordon::intellivue::code
