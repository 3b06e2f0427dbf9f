namespace PlatformGitOps.Controller.Deciding;

/// <summary>What held the controller back.</summary>
public enum Guard
{
    None,

    /// <summary>It is the last endpoint.</summary>
    LastEndpoint,

    /// <summary>Fewer than the Service's minimum would stay.</summary>
    MinHealthy,

    /// <summary>Half of everything fails at once.</summary>
    Vantage,

    /// <summary>Others are being asked first.</summary>
    SecondLook,

    /// <summary>The API server has not been heard of.</summary>
    ApiServer,
}
