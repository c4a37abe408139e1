# Where somebody types the code that a device shows.
device = Connect a device
device-text = Type the code that your device shows.
device-code = Code
device-continue = Continue
device-unknown = No device waits for this code. Compare it with what your device shows; it may have a new one by now.
device-too-many = { $count ->
    [one] Too many wrong codes. Try again in { $count } second.
   *[other] Too many wrong codes. Try again in { $count } seconds.
}

# What the device would be allowed follows.
device-allow = Connect this device?
device-heading = { $client } on a device asks for access to your account
device-compare = Does your device show this code? If you have no such device before you, or somebody sent you here, decline.
# In UTC.
device-asked = The device asked at { $time } UTC.
device-address = It did so from the address { $address }.
device-user-agent = It calls itself { $user_agent }.

device-done = You can close this page
device-accepted = Access was granted. Go back to your device: { $client } goes on there in a few seconds.
device-declined = Nothing was granted. { $client } is told so on the device.
device-refused = Nothing was granted: { $client } cannot have this access with your account.
