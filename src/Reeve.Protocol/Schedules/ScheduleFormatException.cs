namespace Reeve.Protocol.Schedules;

/// <summary>A schedule that cannot be read; the message names the field and what was found in it.</summary>
/// <param name="message">The fault, for people.</param>
public sealed class ScheduleFormatException(string message) : FormatException(message);
