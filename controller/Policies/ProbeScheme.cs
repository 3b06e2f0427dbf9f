namespace PlatformGitOps.Controller.Policies;

/// <summary>How an endpoint is asked whether it works.</summary>
public enum ProbeScheme
{
    Http,
    Https,

    /// <summary>A connection can be made.</summary>
    Tcp,

    /// <summary>grpc.health.v1.Health/Check over cleartext HTTP/2.</summary>
    Grpc,

    /// <summary>A query over UDP is answered with NOERROR or NXDOMAIN.</summary>
    Dns,
}
