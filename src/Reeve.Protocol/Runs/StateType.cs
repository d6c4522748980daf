using System.Text.Json.Serialization;
using Reeve.Protocol.Json;

namespace Reeve.Protocol.Runs;

/// <summary>The closed family of states that a flow run or task run can be in.</summary>
[JsonConverter(typeof(UpperEnumConverter<StateType>))]
public enum StateType
{
    /// <summary>Will run at its scheduled time.</summary>
    Scheduled,

    /// <summary>Handed to somebody who prepares it.</summary>
    Pending,

    /// <summary>Its code runs.</summary>
    Running,

    /// <summary>Ended well.</summary>
    Completed,

    /// <summary>Its code ended with an error.</summary>
    Failed,

    /// <summary>Stopped on request.</summary>
    Cancelled,

    /// <summary>Its process or infrastructure was lost.</summary>
    Crashed,

    /// <summary>Waits for a person or a time.</summary>
    Paused,

    /// <summary>Somebody asked to stop it; not yet proven stopped.</summary>
    Cancelling,
}

/// <summary>What can be said of a state type alone.</summary>
public static class StateTypes
{
    /// <summary>True for states that a run leaves only by the explicit rules (manual retry, forced).</summary>
    public static bool IsTerminal(this StateType type) =>
        type is StateType.Completed or StateType.Failed or StateType.Cancelled or StateType.Crashed;

    /// <summary>The name on the wire, in upper case.</summary>
    public static string ToWire(this StateType type) => type switch
    {
        StateType.Scheduled => "SCHEDULED",
        StateType.Pending => "PENDING",
        StateType.Running => "RUNNING",
        StateType.Completed => "COMPLETED",
        StateType.Failed => "FAILED",
        StateType.Cancelled => "CANCELLED",
        StateType.Crashed => "CRASHED",
        StateType.Paused => "PAUSED",
        StateType.Cancelling => "CANCELLING",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a state type"),
    };

    /// <summary>The default name of a state of this type: "Scheduled", "Completed" …</summary>
    public static string DefaultName(this StateType type) => type.ToString();
}
