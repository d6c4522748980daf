namespace Reeve.Deployments.Clouds;

/// <summary>A program could not prove to a cloud who it is: nothing was found to prove it with, or the cloud did not accept it. The message holds no secret.</summary>
public sealed class CloudIdentityException : Exception
{
    public CloudIdentityException(string message) : base(message)
    {
    }

    public CloudIdentityException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
