using System.Globalization;
using System.Net;
using System.Xml;

namespace Reeve.Cli.Commands.Config;

/// <param name="Name">Without prefix.</param>
/// <param name="Kind">What its value must be.</param>
/// <param name="Default">Null: none, or one that depends on the home folder.</param>
/// <param name="IsSecret">Whether it is masked when shown.</param>
internal sealed record KnownSetting(string Name, SettingKind Kind = SettingKind.Text, string? Default = null, bool IsSecret = false)
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(36500);

    /// <summary>Names that older programs know it by.</summary>
    public string[] Others { get; init; } = [];

    public string[] Names => [Name, .. Others];

    /// <summary>What a value that cannot be used should have been; null for one that can.</summary>
    public string? Fault(string value) => Kind switch
    {
        SettingKind.Address => Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? null : "an http or https address, such as http://127.0.0.1:4200/api",
        SettingKind.Port => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535 ? null : "a whole number from 0 to 65535",
        SettingKind.Truth => SettingValues.TryTruth(value, out _) ? null : "true or false",
        SettingKind.Seconds => SettingValues.TryTime(value, out var time) && time > TimeSpan.Zero && time <= Longest ? null : "a time: seconds such as 3600, or PT1H",
        SettingKind.Pause => SettingValues.TryTime(value, out var pause) && pause > TimeSpan.Zero && pause <= TimeSpan.FromDays(1) ? null : "a time of at most a day: seconds such as 60, or PT1M",
        SettingKind.Count => SettingValues.TryCount(value, out _) ? null : "a whole number from 1 to 1000000",
        SettingKind.Bytes => long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes > 0 ? null : "a number of bytes",
        SettingKind.Size => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? null : "a number, 0 or more",
        SettingKind.Level => SettingValues.TryLevel(value, out _) ? null : "one of DEBUG, INFO, WARNING, ERROR, CRITICAL",
        SettingKind.LogFormat => value is "text" or "json" ? null : "text or json",
        SettingKind.Path => value.StartsWith('/') ? null : "a path that begins with /",
        SettingKind.UserAndPassword => value.IndexOf(':', StringComparison.Ordinal) > 0 ? null : "user:password",
        SettingKind.Lease => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var lease) && lease is >= 5 and <= 3600 ? null : "a whole number of seconds from 5 to 3600",
        SettingKind.Runner => TaskRunner.TryParse(value, out _) ? null : "thread-pool, thread-pool(8), process, process(4) or inline",
        SettingKind.Delays => SettingValues.IsDelays(value) ? null : "seconds from 0, or a list of them such as 1, 5, 30",
        SettingKind.Proxies => SettingValues.List(value).All(p => p == "*" || IPAddress.TryParse(p, out _) || IPNetwork.TryParse(p, out _)) ? null : "addresses or networks, such as 10.0.0.0/8, or *",
        _ => null,
    };
}

internal enum SettingKind
{
    Text,
    Address,
    Port,
    Truth,
    Seconds,
    Pause,
    Count,
    Bytes,
    Size,
    Level,
    LogFormat,
    Path,
    UserAndPassword,
    Proxies,
    Lease,
    Runner,
    Delays,
}

/// <summary>Values of settings as people and the Python programs write them.</summary>
internal static class SettingValues
{
    public static bool TryTruth(string text, out bool value)
    {
        value = text.ToUpperInvariant() is "TRUE" or "1" or "YES" or "ON" or "T" or "Y";
        return value || text.ToUpperInvariant() is "FALSE" or "0" or "NO" or "OFF" or "F" or "N";
    }

    public static bool TryTime(string text, out TimeSpan value)
    {
        value = default;
        try
        {
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds))
                value = TimeSpan.FromSeconds(seconds);
            else if (text.StartsWith('P'))
                value = XmlConvert.ToTimeSpan(text);
            else
                return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out value);
            return true;
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            return false;
        }
    }

    public static bool TryCount(string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value is >= 1 and <= 1_000_000;

    /// <summary>Whether it is one number of seconds, or several with commas, in brackets or without.</summary>
    public static bool IsDelays(string text)
    {
        var list = text.Trim();
        if (list.StartsWith('[') && list.EndsWith(']'))
            list = list[1..^1];
        return list.Split(',').All(item => double.TryParse(item.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds >= 0 && double.IsFinite(seconds));
    }

    public static bool TryLevel(string text, out string level)
    {
        level = text.ToUpperInvariant();
        return level is "DEBUG" or "INFO" or "WARNING" or "ERROR" or "CRITICAL" or "NOTSET";
    }

    public static IReadOnlyList<string> List(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
